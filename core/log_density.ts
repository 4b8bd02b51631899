/**
 * The one thing a sampler needs to know about a posterior.
 *
 * @module
 */

import type { Points } from "./points.ts";

/** An unnormalised log density with its gradient, for any number of points a call. */
export interface LogDensity {
  /** What computes it, for provenance: an engine's or a simulator's name. */
  readonly name: string;
  /** Numbers in a point. */
  readonly dim: number;
  /**
   * Evaluates all points at once, synchronously.
   *
   * Outside the support the value is −∞ (and the gradient 0); NaN is never returned.
   *
   * @param points `[n, dim]`.
   * @returns Values in nats and gradients.
   */
  evaluate(points: Points): Evaluation;
}

/** What {@linkcode LogDensity.evaluate} returns; the caller owns both arrays. */
export interface Evaluation {
  /** `[n]`, in nats. */
  readonly value: Float64Array;
  /** `[n, dim]`, row-major; absent where no gradient is known. */
  readonly grad?: Float64Array;
}
