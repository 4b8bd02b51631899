/**
 * From a surrogate and an observation to a posterior.
 *
 * @module
 */

import type { Artifact, Observation } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { sampledPosterior } from "./_sampled_posterior.ts";
import type { ConditionedPosterior } from "./conditioned_posterior.ts";
import { condition } from "./condition.ts";
import type { PosteriorOptions } from "./posterior_options.ts";

/**
 * Conditions a surrogate on an observation.
 *
 * A posterior that was learned as a density is drawn from directly: draws are independent, their
 * log density is exact, and options of samplers mean nothing. Others are sampled.
 *
 * An ensemble of costs warns where it is out of its depth, too: at once, when members disagree about
 * the observation more than about 99 % of simulated ones; with the draws, when β turns their
 * disagreement about those into more than one nat, so that the posterior's shape is not known.
 *
 * Holds engine memory until disposed. What speaks against the surrogate (see `warningsOf`), and
 * an observation unlike the training data (see `observationWarnings`), is warned of at once, in `warnings`;
 * draws repeat that, and add what speaks against their convergence.
 *
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param x `[p]`, the observation; or `[m, p]`, independent observations of one θ, except of a
 * posterior, which knows one. A list of rows will do, and numbers by name where x has names.
 * @param options Sampler, temperature, engine.
 * @returns The posterior.
 * @throws {TypeError} If the observation has the wrong width, or the prior is one of the user's own and
 * not given, or another one.
 * @throws {RangeError} If it is not finite, or not what a column of x can be; if `beta` is not a number ≥ 0;
 * for a posterior, not 1. If a posterior was trained in rounds for another observation.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, nre, posterior, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 500, maxEpochs: 3 });
 * using given = await posterior(artifact, [0.1, 0.2], { warmup: 50 });
 * const draws = await given.sample(key(1), 100);
 * assert(draws.values.every((value) => Math.abs(value) < 1));
 * ```
 */
export async function posterior(
  artifact: Artifact,
  x: Observation,
  options: PosteriorOptions = {},
): Promise<ConditionedPosterior> {
  return await condition(artifact, x, { engine: fusedEngine(), ...options, sampledBy: sampledPosterior });
}
