// Tasks of the queue's bench: rows of so many milliseconds, waited for or worked for.

import { type AnySimulator, independent, simulator, type Task, uniform } from "@likely/core";

/** How long a row takes, how, and how wide it is. */
export interface RowOptions {
  /** 0: no time at all. */
  readonly milliseconds: number;
  /** Whether the core is kept busy meanwhile. */
  readonly busy?: boolean;
  /** Numbers in a row of x. */
  readonly xDim?: number;
  /** So many chunks at a time, each waiting without a thread. */
  readonly concurrency?: number;
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Rows that take a while. */
export function timed({ milliseconds, busy = false, xDim = 4, concurrency }: RowOptions): Task<AnySimulator> {
  const prior = independent({ a: uniform(0, 1), b: uniform(0, 1) });
  if (concurrency !== undefined) {
    const late = simulator({
      name: "timed",
      thetaDim: 2,
      xDim,
      simulate: async (random) => {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return Float64Array.from({ length: xDim }, () => random.uniform());
      },
    });
    return { name: "timed", prior, simulator: { ...late, concurrency } };
  }
  return {
    name: "timed",
    prior,
    simulator: simulator({
      name: "timed",
      thetaDim: 2,
      xDim,
      simulate: (random) => {
        if (busy) {
          const end = performance.now() + milliseconds;
          while (performance.now() < end);
        } else if (milliseconds > 0) {
          Atomics.wait(NEVER, 0, 0, milliseconds);
        }
        return Float64Array.from({ length: xDim }, () => random.uniform());
      },
    }),
  };
}
