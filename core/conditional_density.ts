/**
 * What a trained density estimator can do.
 *
 * @module
 */

import type { Key } from "./key.ts";
import type { Points } from "./points.ts";

/**
 * A density q(target | condition), normalised, in raw units: of θ given x for posterior artifacts,
 * of x given θ for likelihood ones. Many targets and conditions a call: with m rows of conditions
 * and n of targets, n a multiple of m, row i of the targets belongs to condition `floor(i m / n)`.
 */
export interface ConditionalDensity {
  /** What computes it, for provenance. */
  readonly name: string;
  /**
   * Log densities, synchronously.
   *
   * @param target `[n, D]`.
   * @param condition `[m, C]`, n a multiple of m.
   * @returns `[n]`, in nats; −∞ outside the support, NaN never.
   */
  logDensity(target: Points, condition: Points): Float64Array;
  /**
   * Draws `n` targets for each condition. What the base draws are follows from the key alone, see
   * `baseDraws`: engines agree up to rounding.
   *
   * @param key The key to consume; or one for each condition, whose draws then follow from it alone.
   * @param n Draws for each condition, ≥ 1.
   * @param condition `[m, C]`.
   * @returns `[m · n, D]`, strictly inside the support; those of a condition one after another.
   */
  sample(key: Key | readonly Key[], n: number, condition: Points): Points;
  /** As {@linkcode ConditionalDensity.logDensity}, waited for. Absent: waiting gains nothing. */
  logDensityAsync?(target: Points, condition: Points): Promise<Float64Array>;
  /** As {@linkcode ConditionalDensity.sample}, waited for. Absent: waiting gains nothing. */
  sampleAsync?(key: Key | readonly Key[], n: number, condition: Points): Promise<Points>;
}
