/**
 * The shifted linear Gaussian task: the cost task whose generalized posterior is a Gaussian.
 *
 * @module
 */

import {
  drawNormal,
  independent,
  mseDistance,
  normal,
  type Points,
  type Prior,
  row,
  simulator,
} from "@likely/core";
import { requireColumns, requireLength } from "@likely/core/check";
import { published } from "./_published_observations.ts";
import type { CostTask } from "./cost_task.ts";

// Drawn once by the paper's code, from torch's seed 0.
const SHIFT = [1.5410, -0.2934, -2.1788, 0.5684, -1.0845, -1.3986, 0.4033, 0.8380, -0.7193, -0.4033] as const;
const VARIANCE = [0.5966, 0.1820, 0.8567, 1.1006, 1.0712, 0.1227, 0.5663, 0.3731, 0.8920, 1.5091] as const;
const DIM = SHIFT.length;

/**
 * Builds the shifted linear Gaussian task: `theta ~ N(0, I)` and `x ~ N(theta + s, diag v)`, both of
 * ten dimensions, with fixed shifts s and variances v. Another task than `gaussianLinear`, the
 * benchmark's, which is neither shifted nor uneven.
 *
 * Its distance is the mean of `(xᵢ − xₒᵢ)²`, and the cost `(1/10) Σᵢ [vᵢ + (θᵢ + sᵢ − xₒᵢ)²]`. The
 * generalized posterior is Gaussian: precision `P = 1 + β/5`, mean `(β/5)(xₒᵢ − sᵢ) / P`.
 *
 * The paper's "well-specified" observations come from other shifts and variances than these: they
 * are mildly misspecified (their mean cost under the prior is 4.78, where the model's own data
 * have 3.72). Those of `observations` are truly the model's own.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208.
 *
 * @returns The task; likelihood, score, cost and generalized posterior are exact.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { linearGaussianShifted } from "@likely/simulators";
 *
 * const task = linearGaussianShifted();
 * const theta = fromRows([new Float64Array(10)]);
 * const best = task.generalizedPosterior(new Float64Array(10), 1e6);
 * assertAlmostEquals(task.cost(theta, new Float64Array(10))[0]!, 1.9478, 1e-4);
 * // At a large β the posterior sits where the cost is least, on θ = −s: all that is left is v.
 * const draw = best.sample({ hi: 0, lo: 1 }, 1);
 * assertAlmostEquals(task.cost(draw, new Float64Array(10))[0]!, 0.727, 1e-3);
 * ```
 */
export function linearGaussianShifted(): CostTask {
  return {
    name: "linear_gaussian_shifted",
    prior: gaussian(() => ({ mean: 0, variance: 1 })),
    simulator: simulator({
      name: "linear_gaussian_shifted",
      thetaDim: DIM,
      xDim: DIM,
      simulate: (random, theta) =>
        theta.map((value, j) => drawNormal(random, value + SHIFT[j]!, Math.sqrt(VARIANCE[j]!))),
      logLikelihood: (theta, x) =>
        theta.reduce((sum, value, j) => {
          const v = VARIANCE[j]!;
          return sum - 0.5 * Math.log(2 * Math.PI * v) - (x[j]! - value - SHIFT[j]!) ** 2 / (2 * v);
        }, 0),
      score: (theta, x) => theta.map((value, j) => (x[j]! - value - SHIFT[j]!) / VARIANCE[j]!),
    }),
    betas: [1, 10, 100],
    observations: published("linear_gaussian_shifted"),
    distance: mseDistance(),
    cost,
    generalizedPosterior: (observed, beta) => conjugate(observed, () => 2 * beta / DIM),
  };
}

/**
 * The exact Bayesian posterior of {@linkcode linearGaussianShifted}: precision `1 + 1/vᵢ`, mean
 * `((xₒᵢ − sᵢ)/vᵢ) / (1 + 1/vᵢ)`.
 *
 * @param observed `[10]`: the observation.
 * @returns The posterior: as a prior, which can be sampled and has a density and a score.
 * @throws {TypeError} If `observed` is not of length 10.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { linearGaussianShiftedPosterior } from "@likely/simulators";
 *
 * assertEquals(linearGaussianShiftedPosterior(new Float64Array(10)).sample(key(0), 5).n, 5);
 * ```
 */
export function linearGaussianShiftedPosterior(observed: ArrayLike<number>): Prior {
  return conjugate(observed, (j) => 1 / VARIANCE[j]!);
}

/** The prior times a Gaussian around `observed − s` of the given precisions. */
function conjugate(observed: ArrayLike<number>, precision: (j: number) => number): Prior {
  requireLength("give a posterior", "observed", observed.length, DIM);
  return gaussian((j) => {
    const variance = 1 / (1 + precision(j));
    return { mean: variance * precision(j) * (observed[j]! - SHIFT[j]!), variance };
  });
}

function gaussian(moments: (j: number) => { readonly mean: number; readonly variance: number }): Prior {
  return independent(Object.fromEntries(
    Array.from({ length: DIM }, (_, j) => {
      const { mean, variance } = moments(j);
      return [`theta${j + 1}`, normal(mean, Math.sqrt(variance))];
    }),
  ));
}

function cost(theta: Points, observed: ArrayLike<number>): Float64Array {
  requireColumns("compute a cost", "theta", theta, DIM);
  requireLength("compute a cost", "observed", observed.length, DIM);
  return Float64Array.from({ length: theta.n }, (_, i) =>
    row(theta, i).reduce(
      (sum, value, j) => sum + (VARIANCE[j]! + (value + SHIFT[j]! - observed[j]!) ** 2) / DIM,
      0,
    ));
}
