/**
 * The uniform task: a curve with uniform noise, one parameter, one datum.
 *
 * @module
 */

import { drawUniform, independent, mseDistance, type Points, simulator, uniform } from "@likely/core";
import { requireColumns, requireLength } from "@likely/core/check";
import { published } from "./_published_observations.ts";
import type { CostTask } from "./cost_task.ts";
import { gridPosterior } from "./grid_posterior.ts";

const COEFFICIENTS = [0.1627, 0.9073, -1.2197, -1.4639, 1.4381] as const;
const HALF_WIDTH = 0.25;

/**
 * Builds the one-dimensional uniform task: `theta ~ U(−1.5, 1.5)` and `x = μ(theta) + u`, with
 * `u ~ U(−¼, ¼)` and `μ(θ) = Σᵢ cᵢ (0.8 (θ + ¼))ⁱ` of fourth order.
 *
 * Its distance is `(x − xₒ)²`, and the cost `(μ(θ) − xₒ)² + ¼² / 3`. The likelihood has edges: data
 * outside all of them, such as the misspecified observations, have likelihood 0 everywhere.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208.
 *
 * @returns The task; likelihood, cost and generalized posterior are exact.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { uniform1d } from "@likely/simulators";
 *
 * // At θ = −¼ the curve is at its constant coefficient: only the noise is left.
 * assertAlmostEquals(uniform1d().cost(fromRows([[-0.25]]), [0.1627])[0]!, 0.25 ** 2 / 3);
 * ```
 */
export function uniform1d(): CostTask {
  const prior = independent({ theta: uniform(-1.5, 1.5) });
  return {
    name: "uniform_1d",
    prior,
    simulator: simulator({
      name: "uniform_1d",
      thetaDim: 1,
      xDim: 1,
      simulate: (random, theta) => [curve(theta[0]!) + drawUniform(random, -HALF_WIDTH, HALF_WIDTH)],
      logLikelihood: (theta, x) =>
        Math.abs(x[0]! - curve(theta[0]!)) <= HALF_WIDTH ? -Math.log(2 * HALF_WIDTH) : -Infinity,
    }),
    betas: [4, 20, 100],
    observations: published("uniform_1d"),
    distance: mseDistance(),
    cost,
    generalizedPosterior: (observed, beta) =>
      gridPosterior(prior, (theta) => cost(theta, observed).map((value) => -beta * value), { cells: 1000 }),
  };
}

function cost(theta: Points, observed: ArrayLike<number>): Float64Array {
  requireColumns("compute a cost", "theta", theta, 1);
  requireLength("compute a cost", "observed", observed.length, 1);
  return theta.data.map((value) => (curve(value) - observed[0]!) ** 2 + HALF_WIDTH ** 2 / 3);
}

function curve(theta: number): number {
  return COEFFICIENTS.reduceRight((sum, c) => sum * 0.8 * (theta + 0.25) + c, 0);
}
