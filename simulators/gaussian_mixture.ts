/**
 * The Gaussian mixture task of the benchmark: one point, close to theta or far.
 *
 * @module
 */

import {
  drawCategorical,
  drawTruncatedNormal,
  foldIn,
  type Key,
  normalCdf,
  type Points,
  row,
  simulator,
  stream,
  type Task,
  zeros,
} from "@likely/core";
import { requireLength } from "@likely/core/check";
import {
  COMPONENT_VARIANCES,
  drawMixturePoint,
  mixtureLogLikelihood,
  mixturePrior,
  mixtureScore,
  SIDE,
} from "./_mixture_points.ts";
import type { ExactPosterior } from "./cost_task.ts";

const NAME = "gaussian_mixture";

/**
 * Builds the Gaussian mixture task: `theta ~ U[−10, 10]²` and x one point of `N(theta, I)` or
 * `N(theta, 0.1² I)`, by the toss of a fair coin for every row.
 *
 * As the benchmark has it from its version 1.1.0 on; before, a thousand rows shared one coin.
 *
 * Source: Sisson, Fan & Tanaka (2007), "Sequential Monte Carlo without likelihoods"; Lueckmann et
 * al. (2021), "Benchmarking simulation-based inference", T.7, https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { gaussianMixture } from "@likely/simulators";
 *
 * const x = fromRows([[0, 0], [0, 0]]);
 * const [near, far] = gaussianMixture().simulator.logLikelihood!(fromRows([[0, 0.1], [0, 1]]), x);
 * assert(near! > far! + 3);
 * ```
 */
export function gaussianMixture(): Task {
  return {
    name: NAME,
    prior: mixturePrior(),
    simulator: simulator({
      name: NAME,
      thetaDim: 2,
      xDim: 2,
      simulate: drawMixturePoint,
      logLikelihood: mixtureLogLikelihood,
      score: mixtureScore,
    }),
  };
}

/**
 * The exact posterior of {@linkcode gaussianMixture}: the same two Gaussians around `x`, cut to the
 * prior's square.
 *
 * @param x `[2]`: the observation.
 * @returns The posterior: independent draws and a normalised density.
 * @throws {TypeError} If `x` is not of length 2.
 * @throws {RangeError} If `x` is so far outside that no parameter explains it in float64.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { gaussianMixturePosterior } from "@likely/simulators";
 *
 * const [inside, outside] = gaussianMixturePosterior([9.9, 0]).logDensity(fromRows([[9.9, 0], [10.1, 0]]));
 * assert(inside! > 0 && outside === -Infinity);
 * ```
 */
export function gaussianMixturePosterior(x: ArrayLike<number>): ExactPosterior {
  requireLength("give a posterior", "x", x.length, 2);
  const observed = Float64Array.from(x);
  // The likelihood is the same function of theta − x, so its mass in the square is the evidence.
  const masses = COMPONENT_VARIANCES.map((variance) => massInSquare(observed, Math.sqrt(variance)) / 2);
  const logEvidence = Math.log(masses[0]! + masses[1]!);
  if (!Number.isFinite(logEvidence)) {
    throw new RangeError(
      `Cannot give a posterior as the square must have some probability: current value of x is [${observed}]`,
    );
  }
  return {
    names: ["theta1", "theta2"],
    sample: (key, n) => drawRows(key, n, observed, masses),
    logDensity: (theta) =>
      Float64Array.from({ length: theta.n }, (_, i) => {
        const at = row(theta, i);
        if (!at.every((value) => Math.abs(value) < SIDE)) return -Infinity;
        return mixtureLogLikelihood(at, observed) - logEvidence;
      }),
  };
}

function massInSquare(x: Float64Array, sd: number): number {
  return x.reduce((product, value) => {
    // By its distance from the nearer wall: the difference keeps its digits far outside.
    const beyond = Math.abs(value);
    return product * (normalCdf((SIDE - beyond) / sd) - normalCdf((-SIDE - beyond) / sd));
  }, 1);
}

function drawRows(key: Key, n: number, x: Float64Array, masses: readonly number[]): Points {
  const out = zeros(n, 2);
  for (let i = 0; i < n; i++) {
    const random = stream(foldIn(key, i));
    const sd = Math.sqrt(COMPONENT_VARIANCES[drawCategorical(random, masses) === 0 ? 0 : 1]);
    row(out, i).set(x.map((mean) => drawTruncatedNormal(random, mean, sd, -SIDE, SIDE)));
  }
  return out;
}
