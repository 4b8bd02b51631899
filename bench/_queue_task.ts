// Tasks of the queue's bench: rows of so many milliseconds, waited for or worked for.

import { independent, simulator, type Task, uniform } from "@likely/core";

/** How long a row takes, how, and how wide it is. */
export interface RowOptions {
  /** 0: no time at all. */
  readonly milliseconds: number;
  /** Whether the core is kept busy meanwhile. */
  readonly busy?: boolean;
  /** Numbers in a row of x. */
  readonly xDim?: number;
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Rows that take a while. */
export function timed({ milliseconds, busy = false, xDim = 4 }: RowOptions): Task {
  return {
    name: "timed",
    prior: independent({ a: uniform(0, 1), b: uniform(0, 1) }),
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
