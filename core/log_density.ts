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
   * Outside the support the value is −∞ (and the gradient 0). NaN and +∞ should not be returned;
   * where they are, they count as −∞ (`soundValue`).
   *
   * @param points `[n, dim]`.
   * @param options What the caller can do without, and whose the points are. A density may
   * ignore them.
   * @returns Values in nats and gradients.
   */
  evaluate(points: Points, options?: EvaluateOptions): Evaluation;
  /**
   * The same for callers that can wait, where that is faster for many points: on a GPU. Up to rounding what
   * {@linkcode LogDensity.evaluate} returns. Absent: waiting gains nothing.
   */
  evaluateAsync?(points: Points, options?: EvaluateOptions): Promise<Evaluation>;
}

/**
 * Several log densities of one θ behind one call, such as the posteriors of many observations:
 * a point of chain c is evaluated by density `c mod count`.
 */
export interface LogDensities extends LogDensity {
  /** How many. */
  readonly count: number;
}

/** Options of {@linkcode LogDensity.evaluate}. */
export interface EvaluateOptions {
  /**
   * Whether gradients are wanted; without them a density may leave out work.
   *
   * @default {true}
   */
  readonly gradient?: boolean;
  /**
   * `[n]`: the chain that each point belongs to, for densities that differ from chain to chain
   * (several observations, several temperatures). Samplers always give it.
   *
   * @default {point i belongs to chain i}
   */
  readonly chains?: ArrayLike<number>;
}

/** What {@linkcode LogDensity.evaluate} returns; the caller owns both arrays. */
export interface Evaluation {
  /** `[n]`, in nats. */
  readonly value: Float64Array;
  /** `[n, dim]`, row-major; absent where no gradient is known. */
  readonly grad?: Float64Array;
}
