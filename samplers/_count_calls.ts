import type { LogDensity } from "@likely/core";

/** A target that knows how often it was called: cost is part of what draws report. */
export interface CountedTarget extends LogDensity {
  /** Calls of `evaluate` so far. */
  calls(): number;
}

/** Wraps a target. */
export function countCalls(target: LogDensity): CountedTarget {
  let calls = 0;
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (points, options) => {
      calls++;
      return target.evaluate(points, options);
    },
    calls: () => calls,
  };
}
