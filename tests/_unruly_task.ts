// A task that misbehaves in the row that its parameter picks, for workers to import.

import { independent, simulator, type Task, uniform } from "@likely/core";

/** Ways to misbehave. */
export const UNRULY: Readonly<Record<string, () => unknown>> = {
  "throws a text": () => {
    throw "a text";
  },
  "throws null": () => {
    throw null;
  },
  "throws what has no text": () => {
    throw Object.create(null);
  },
  "throws what throws": () => {
    throw Object.defineProperty(new Error(), "message", {
      get: () => {
        throw new Error("again");
      },
    });
  },
  "throws ten megabytes": () => {
    throw new Error("x".repeat(1e7));
  },
  "exits": () => Deno.exit(0),
  "closes": () => self.close(),
  "hangs": () => {
    while (true);
  },
  "rejects late": () => {
    Promise.reject(new Error("too late"));
    return [1];
  },
  "throws late": () => {
    setTimeout(() => {
      throw new Error("too late");
    }, 0);
    return [1];
  },
};

/** Rows above 0.8 misbehave. */
export function unruly(how: string): Task {
  return {
    name: "unruly",
    prior: independent({ a: uniform(0, 1) }),
    simulator: simulator({
      name: "unruly",
      thetaDim: 1,
      xDim: 1,
      simulate: (_, [a]) => a! > 0.8 ? UNRULY[how]?.() as number[] ?? [NaN] : [a!],
    }),
  };
}
