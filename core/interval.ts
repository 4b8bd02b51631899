/**
 * Where one parameter lives.
 *
 * @module
 */

/** An open interval; either end may be infinite. */
export interface Interval {
  /** Lower end, possibly −∞. */
  readonly low: number;
  /** Upper end, possibly ∞. */
  readonly high: number;
}
