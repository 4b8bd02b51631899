/**
 * Prior times likelihood, as samplers want it.
 *
 * @module
 */

import { requireLength } from "./check.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import { mapEvaluations } from "./map_evaluations.ts";
import type { Points } from "./points.ts";
import type { Prior } from "./prior.ts";
import { soundValue } from "./sound_value.ts";

/** Options of {@linkcode posteriorDensity}. */
export interface PosteriorDensityOptions {
  /**
   * The power of the likelihood, ≥ 0: 0 is the prior, 1 the posterior, between them a
   * tempered one.
   *
   * @default {1}
   */
  readonly beta?: number;
}

/**
 * Adds a prior to a log-likelihood: `log p(θ | x) = beta · log p(x | θ) + log p(θ)` up to a
 * constant, and the gradients likewise.
 *
 * Outside the prior's support the value is −∞ and the gradient 0, whatever the likelihood
 * returns there; a likelihood that is NaN or ∞ counts as −∞.
 *
 * @param prior The prior.
 * @param logLikelihood The log-likelihood, or a surrogate's log ratio. Evaluated on all rows,
 * those outside the support included; not at all where `beta` is 0.
 * @param options The power of the likelihood.
 * @returns The unnormalised log posterior; with a gradient if the likelihood has one.
 * @throws {TypeError} If prior and likelihood differ in their number of parameters.
 * @throws {RangeError} If `beta` is not a finite number ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, independent, normal, numericDensity, posteriorDensity } from "@likely/core";
 *
 * const likelihood = numericDensity("one datum at 2", 1, (theta) => -0.5 * (theta[0]! - 2) ** 2);
 * const posterior = posteriorDensity(independent({ mu: normal(0, 1) }), likelihood);
 * // The posterior's mode is at 1: there its gradient vanishes.
 * assertAlmostEquals(posterior.evaluate(fromRows([[1]])).grad![0]!, 0, 1e-8);
 * ```
 */
export function posteriorDensity(
  prior: Prior,
  logLikelihood: LogDensity,
  options: PosteriorDensityOptions = {},
): LogDensity {
  const { beta = 1 } = options;
  requireLength("build a posterior density", "prior", prior.dim, logLikelihood.dim);
  if (!(Number.isFinite(beta) && beta >= 0)) {
    throw new RangeError(
      `Cannot build a posterior density as beta must be a finite number >= 0: current value is ${beta}`,
    );
  }
  const { name } = logLikelihood;
  if (beta === 0) {
    return {
      name,
      dim: prior.dim,
      evaluate: (points, options) => alone(prior, points, options),
    };
  }
  return {
    name,
    dim: prior.dim,
    ...mapEvaluations(
      logLikelihood,
      ({ value, grad }, points, { gradient = true } = {}) =>
        add(prior, points, beta, gradient && grad ? { value, grad } : { value }),
    ),
  };
}

function alone(prior: Prior, points: Points, { gradient = true }: EvaluateOptions = {}): Evaluation {
  const value = prior.logDensity(points);
  return gradient ? { value, grad: prior.score(points).data } : { value };
}

function add(prior: Prior, points: Points, beta: number, likelihood: Evaluation): Evaluation {
  const value = prior.logDensity(points).map((logPrior, i) => {
    // Also −∞ + ∞ = NaN: outside the support nothing else counts.
    return soundValue(logPrior + beta * likelihood.value[i]!);
  });
  if (!likelihood.grad) return { value };
  const grad = prior.score(points).data.map((score, k) =>
    value[Math.floor(k / points.dim)] === -Infinity ? 0 : score + beta * likelihood.grad![k]!
  );
  return { value, grad };
}
