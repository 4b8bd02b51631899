/**
 * The Gaussian linear task: the one whose posterior everybody knows.
 *
 * @module
 */

import { independent, normal, type Prior, type Task } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { DIM, gaussianLocation, VARIANCE } from "./_gaussian_location.ts";

/**
 * Builds the Gaussian linear task: `theta ~ N(0, 0.1 I)`, `x | theta ~ N(theta, 0.1 I)`, both of
 * ten dimensions; 0.1 is the variance.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.1,
 * https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianLinear } from "@likely/simulators";
 *
 * const { prior, simulator } = gaussianLinear();
 * assertEquals(simulator.simulate(key(1), prior.sample(key(0), 3)).n, 3);
 * ```
 */
export function gaussianLinear(): Task {
  return {
    name: "gaussian_linear",
    prior: gaussian(new Float64Array(DIM), VARIANCE),
    simulator: gaussianLocation("gaussian_linear"),
  };
}

/**
 * The exact posterior of {@linkcode gaussianLinear}, `N(x / 2, 0.05 I)`: as a prior, which can be
 * sampled and has a density and a score.
 *
 * @param x `[10]`: the observation.
 * @returns The posterior over `theta1`, …, `theta10`.
 * @throws {TypeError} If `x` is not of length 10.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianLinearPosterior } from "@likely/simulators";
 *
 * assertEquals(gaussianLinearPosterior(new Float64Array(10)).sample(key(0), 5).n, 5);
 * ```
 */
export function gaussianLinearPosterior(x: Float64Array): Prior {
  requireLength("give a posterior", "x", x.length, DIM);
  return gaussian(x.map((value) => value / 2), VARIANCE / 2);
}

function gaussian(mean: Float64Array, variance: number): Prior {
  const marginals = Array.from(mean, (value, j) => [`theta${j + 1}`, normal(value, Math.sqrt(variance))]);
  return independent(Object.fromEntries(marginals));
}
