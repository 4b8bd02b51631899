import { type DualAveraging, startAveraging } from "./_dual_averaging.ts";
import type { Metric } from "./_metric.ts";
import { type Moments, noMoments } from "./_moments.ts";

/** What one chain has learnt. */
export interface NutsTuning {
  /** Step size, being learnt. */
  readonly averaging: DualAveraging;
  /** Scale of the coordinates. */
  readonly metric: Metric;
  /** Draws of the current window. */
  readonly moments: Moments;
  /** Whether the next step begins with a search for a good step size. */
  readonly isSearching: boolean;
}

/** Nothing learnt yet. */
export function startTuning(
  dim: number,
  { stepSize, metric, warmup }: { stepSize: number; metric: Moments["kind"]; warmup: number },
): NutsTuning {
  return {
    averaging: startAveraging(stepSize),
    metric: { root: new Float64Array(dim).fill(1) },
    moments: noMoments(dim, metric),
    isSearching: warmup > 0,
  };
}
