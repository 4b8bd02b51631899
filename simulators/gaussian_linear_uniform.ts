/**
 * The Gaussian linear task in a box: its posterior is cut off where the prior ends.
 *
 * @module
 */

import { independent, type Marginal, type Prior, type Task, truncatedNormal, uniform } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { DIM, gaussianLocation, VARIANCE } from "./_gaussian_location.ts";

const SIDE = 1;

/**
 * Builds the Gaussian linear task with a uniform prior: `theta ~ U[−1, 1]¹⁰`,
 * `x | theta ~ N(theta, 0.1 I)`; 0.1 is the variance.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.2,
 * https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianLinearUniform } from "@likely/simulators";
 *
 * const { prior, simulator } = gaussianLinearUniform();
 * assertEquals(simulator.simulate(key(1), prior.sample(key(0), 3)).n, 3);
 * ```
 */
export function gaussianLinearUniform(): Task {
  return {
    name: "gaussian_linear_uniform",
    prior: everywhere(() => uniform(-SIDE, SIDE)),
    simulator: gaussianLocation("gaussian_linear_uniform"),
  };
}

/**
 * The exact posterior of {@linkcode gaussianLinearUniform}, `N(x, 0.1 I)` cut to the box: as a prior,
 * which can be sampled and has a density and a score.
 *
 * @param x `[10]`: the observation.
 * @returns The posterior over `theta1`, …, `theta10`.
 * @throws {TypeError} If `x` is not of length 10.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianLinearUniformPosterior } from "@likely/simulators";
 *
 * const draws = gaussianLinearUniformPosterior(new Float64Array(10).fill(2)).sample(key(0), 5);
 * assert(draws.data.every((value) => Math.abs(value) <= 1));
 * ```
 */
export function gaussianLinearUniformPosterior(x: ArrayLike<number>): Prior {
  requireLength("give a posterior", "x", x.length, DIM);
  return everywhere((j) => truncatedNormal(x[j]!, Math.sqrt(VARIANCE), { low: -SIDE, high: SIDE }));
}

function everywhere(marginal: (j: number) => Marginal): Prior {
  return independent(Object.fromEntries(
    Array.from({ length: DIM }, (_, j) => [`theta${j + 1}`, marginal(j)]),
  ));
}
