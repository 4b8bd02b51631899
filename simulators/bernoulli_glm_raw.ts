/**
 * The raw Bernoulli GLM task: a neuron's filter, from its spikes themselves.
 *
 * @module
 */

import { simulator, type Task } from "@likely/core";
import { BINS, DIM, drawSpikes, glmLogLikelihood, glmPrior, glmScore, sufficient } from "./_bernoulli_glm.ts";

const NAME = "bernoulli_glm_raw";

/**
 * Builds the raw Bernoulli GLM task: as `bernoulliGlm`, but `x` is the train of spikes, 1 or 0 in each of
 * 100 bins. The posterior is the same.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.6,
 * https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { bernoulliGlm, bernoulliGlmRaw } from "@likely/simulators";
 *
 * // The first number of the other task's x is the sum of this one's.
 * const theta = bernoulliGlm().prior.sample(key(0), 1);
 * const spikes = bernoulliGlmRaw().simulator.simulate(key(1), theta).data;
 * assertEquals(spikes.reduce((a, b) => a + b), bernoulliGlm().simulator.simulate(key(1), theta).data[0]);
 * ```
 */
export function bernoulliGlmRaw(): Task {
  return {
    name: NAME,
    prior: glmPrior(),
    simulator: simulator({
      name: NAME,
      thetaDim: DIM,
      xDim: BINS,
      simulate: drawSpikes,
      logLikelihood: (theta, x) => glmLogLikelihood(theta, sufficient(x)),
      score: (theta, x) => glmScore(theta, sufficient(x)),
    }),
  };
}
