/**
 * The Bernoulli GLM task: a neuron's filter, from sufficient statistics of its spikes.
 *
 * @module
 */

import { simulator, type Task } from "@likely/core";
import { DIM, drawSpikes, glmLogLikelihood, glmPrior, glmScore, sufficient } from "./_bernoulli_glm.ts";

const NAME = "bernoulli_glm";

/**
 * Builds the Bernoulli GLM task: in each of 100 bins a neuron spikes with probability
 * `1 / (1 + exp(−ψₜ))`, `ψₜ = θ₀ + Σⱼ θⱼ₊₁ I(t − j)`, j = 0, …, 8, where I is a fixed stimulus of white
 * noise. The offset is `N(0, 2)`, 2 the variance, the filter jointly normal and smooth.
 *
 * `x` is the number of spikes and their nine correlations with the stimulus, `Σₜ yₜ₊ⱼ I(t)`:
 * sufficient for theta. The log-likelihood is that of the spikes; as a stimulus of real numbers
 * tells all trains of spikes apart, it is that of `x` too, at every `x` that spikes can give.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.5,
 * https://arxiv.org/abs/2101.04653; its stimulus is NumPy's noise of seed 42, drawn again here.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { bernoulliGlm } from "@likely/simulators";
 *
 * // With a large offset every bin has a spike.
 * const x = bernoulliGlm().simulator.simulate(key(0), fromRows([[50, 0, 0, 0, 0, 0, 0, 0, 0, 0]]));
 * assert(x.data[0] === 100);
 * ```
 */
export function bernoulliGlm(): Task {
  return {
    name: NAME,
    prior: glmPrior(),
    simulator: simulator({
      name: NAME,
      thetaDim: DIM,
      xDim: DIM,
      simulate: (random, theta) => sufficient(drawSpikes(random, theta)),
      logLikelihood: glmLogLikelihood,
      score: glmScore,
    }),
  };
}
