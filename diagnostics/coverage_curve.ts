/**
 * How often regions of each credibility hold the truth.
 *
 * @module
 */

import type { Ranks } from "./uniformity.ts";

/** How often credible regions hold the truth. */
export interface CoverageCurve {
  /** `[k]`: credibility levels, from 0 to 1. */
  readonly level: Float64Array;
  /** `[k]`: share of truths inside the region of each level. */
  readonly covered: Float64Array;
  /** `[k]`: lower end of the band in which a calibrated curve stays as a whole. */
  readonly low: Float64Array;
  /** `[k]`: its upper end. */
  readonly high: Float64Array;
  /** Area between curve and diagonal: above 0 conservative, below 0 overconfident. */
  readonly excess: number;
  /** The same over levels above one half, where too wide and too narrow cannot cancel. */
  readonly tailExcess: number;
  /** p-value of `ecdfTest`. */
  readonly pValue: number;
  /** What the curve is made of: how many draws are in the smallest region with the truth. */
  readonly ranks: Ranks;
  /** How many rows of the run gave no posterior. */
  readonly failed: number;
}
