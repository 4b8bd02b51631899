/**
 * What calibration ranks beside parameters.
 *
 * @module
 */

import type { Points } from "@likely/core";

/** A number that a parameter vector is judged by, such as a log density. */
export interface TestQuantity {
  /** What it is called. */
  readonly name: string;
  /**
   * Its value for each row: `[n]`. `x` is row `i` of the run: several rows may hold the same numbers,
   * so what is known beforehand is looked up by `i`.
   */
  readonly evaluate: (theta: Points, x: Float64Array, i: number) => Float64Array;
}
