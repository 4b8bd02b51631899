/**
 * Tasks whose expected distances, and so whose generalized posteriors, are known exactly.
 *
 * @module
 */

import type { Distance, Key, Points, Prior, Simulator, Task } from "@likely/core";

/**
 * A task with a distance d between data, the exact cost `ℓ(θ) = E[d(x, xₒ) | θ]`, and the exact
 * generalized posterior `p_β(θ | xₒ) ∝ exp(−β ℓ(θ)) p(θ)`: what amortized cost estimation is
 * measured on.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian Inference for Scientific Simulators
 * via Amortized Cost Estimation", https://arxiv.org/abs/2305.15208.
 */
export interface CostTask extends Task {
  /** d, between data. */
  readonly distance: Distance;
  /** The paper's low, middle and high β, in 1 / unit of the distance. */
  readonly betas: readonly [number, number, number];
  /** The paper's test observations. */
  readonly observations: TaskObservations;
  /** Where misspecified data come from, if not from {@linkcode observations}'s random walk. */
  readonly contaminated?: Simulator;
  /** The exact cost E[d(x, observed) | θ], row by row: `[n]`, in the distance's unit. */
  cost(theta: Points, observed: ArrayLike<number>): Float64Array;
  /** The exact generalized posterior at inverse temperature `beta`. */
  generalizedPosterior(observed: ArrayLike<number>, beta: number): ExactPosterior;
}

/** Ten observations that the model explains and ten that it does not. */
export interface TaskObservations {
  /** `[10, p]`: simulated from the prior. */
  readonly wellSpecified: Points;
  /** `[10, p]`: outside what the prior can produce. */
  readonly misspecified: Points;
}

/** A posterior that is known: independent draws, and a normalised density. */
export interface ExactPosterior {
  /** One name per parameter. */
  readonly names: Prior["names"];
  /** Draws `n` independent rows; row i depends on the key and i alone. */
  sample(key: Key, n: number): Points;
  /** Log density in nats, `[n]`, normalised; −∞ outside the support. */
  logDensity(theta: Points): Float64Array;
}
