/**
 * The SLCP task with distractors: eight columns that tell and 92 that do not.
 *
 * @module
 */

import { simulator, type Task } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { NOISE, slcpNoise } from "./_slcp_noise.ts";
import { POINTS, slcpPoints, slcpPrior } from "./_slcp_points.ts";

const NAME = "slcp_distractors";

/**
 * Builds the SLCP task with distractors: the eight numbers of `slcp` and 92 of noise, in an order that is
 * always the same. The posterior is that of `slcp`.
 *
 * The noise is drawn at once from a mixture of 20 t distributions of two degrees of freedom; its
 * parameters and the order are the benchmark's own, drawn again from its seed.
 *
 * The log-likelihood is that of the eight numbers. The density of the noise, the same for every theta, is
 * left out: its factors have condition numbers beyond 10¹⁵, and float64 cannot tell it. The score is exact.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.4,
 * https://arxiv.org/abs/2101.04653; the parameters as in its code.
 *
 * @returns The task; the likelihood is exact up to a factor free of theta, the score exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { slcpDistractors } from "@likely/simulators";
 *
 * const { prior, simulator } = slcpDistractors();
 * assertEquals(simulator.simulate(key(1), prior.sample(key(0), 2)).dim, 100);
 * ```
 */
export function slcpDistractors(): Task {
  const noise = slcpNoise();
  return {
    name: NAME,
    prior: slcpPrior(),
    simulator: simulator({
      name: NAME,
      thetaDim: 5,
      xDim: 2 * POINTS + NOISE,
      simulate: (random, theta) => {
        const columns = [...Array.from(slcpPoints.simulate(random, theta)), ...noise.draw(random)];
        return Float64Array.from(noise.order, (from) => columns[from]!);
      },
      logLikelihood: (theta, x) => slcpPoints.logLikelihood(theta, informative(noise.order, x)),
      score: (theta, x) => slcpPoints.score(theta, informative(noise.order, x)),
    }),
  };
}

/**
 * The eight columns of {@linkcode slcpDistractors} that tell, in the order of `slcp`.
 *
 * @param x `[100]`: an observation.
 * @returns `[8]`: an observation of `slcp` with the same posterior.
 * @throws {TypeError} If `x` is not of length 100.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { slcpInformative } from "@likely/simulators";
 *
 * assertEquals(slcpInformative(new Float64Array(100)).length, 8);
 * ```
 */
export function slcpInformative(x: Float64Array): Float64Array {
  requireLength("pick informative columns", "x", x.length, 2 * POINTS + NOISE);
  return informative(slcpNoise().order, x);
}

function informative(order: Uint32Array, x: Float64Array): Float64Array {
  const out = new Float64Array(2 * POINTS);
  order.forEach((from, j) => {
    if (from < out.length) out[from] = x[j]!;
  });
  return out;
}
