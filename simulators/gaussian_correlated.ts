/**
 * The correlated Gaussian task: a posterior long in some directions and thin in others.
 *
 * @module
 */

import { drawNormal, multivariateNormal, type Prior, simulator, type Task } from "@likely/core";
import { cholesky, multiplyLower, solveLower, solveUpper } from "@likely/core/cholesky";
import { requireLength } from "@likely/core/check";

const NAME = "gaussian_correlated";
const DIM = 12;
const NEIGHBOURS = 0.9;
const NOISE_VARIANCE = 0.25;
const NOISE_CORRELATION = 0.5;
const NAMES = Array.from({ length: DIM }, (_, j) => `theta${j + 1}`);

// Between parameters, the less the further apart they are; between errors the same for all.
const PRIOR = matrix((i, j) => NEIGHBOURS ** Math.abs(i - j));
const NOISE = matrix((i, j) => NOISE_VARIANCE * (i === j ? 1 : NOISE_CORRELATION));

/**
 * Builds the correlated Gaussian task: `theta ~ N(0, Σ)` and `x ~ N(theta, Λ)`, both of twelve
 * dimensions, with `Σᵢⱼ = 0.9^|i − j|`, and `Λᵢⱼ = 0.125`, twice that on the diagonal.
 *
 * The standard deviations of the posterior's principal axes are 0.19 to 1.2, and neither prior nor
 * noise alone is diagonal where the other is: a method that forgets correlations is found out.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianCorrelated } from "@likely/simulators";
 *
 * const { prior, simulator } = gaussianCorrelated();
 * assertEquals(simulator.simulate(key(1), prior.sample(key(0), 3)).dim, 12);
 * ```
 */
export function gaussianCorrelated(): Task {
  const factor = cholesky(NOISE);
  const logScale = factor.reduce((sum, value, i) => i % (DIM + 1) === 0 ? sum + Math.log(value) : sum, 0);
  const residual = (theta: Float64Array, x: Float64Array) => x.map((value, j) => value - theta[j]!);
  return {
    name: NAME,
    prior: multivariateNormal(NAMES, new Array(DIM).fill(0), rows(PRIOR)),
    simulator: simulator({
      name: NAME,
      thetaDim: DIM,
      xDim: DIM,
      simulate: (random, theta) => {
        const noise = theta.map(() => drawNormal(random));
        multiplyLower(factor, noise);
        return noise.map((value, j) => theta[j]! + value);
      },
      logLikelihood: (theta, x) => {
        const r = residual(theta, x);
        solveLower(factor, r);
        return -r.reduce((sum, value) => sum + value * value, DIM * Math.log(2 * Math.PI)) / 2 - logScale;
      },
      score: (theta, x) => {
        const r = residual(theta, x);
        solveLower(factor, r);
        solveUpper(factor, r);
        return r;
      },
    }),
  };
}

/**
 * The exact posterior of {@linkcode gaussianCorrelated}, with `K = Σ (Σ + Λ)⁻¹` the Gaussian of mean `K x`
 * and covariance `Σ − K Σ`: as a prior, which can be sampled and has a density and a score.
 *
 * @param x `[12]`: the observation.
 * @returns The posterior over `theta1`, …, `theta12`.
 * @throws {TypeError} If `x` is not of length 12.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { gaussianCorrelatedPosterior } from "@likely/simulators";
 *
 * assertEquals(gaussianCorrelatedPosterior(new Float64Array(12)).sample(key(0), 5).n, 5);
 * ```
 */
export function gaussianCorrelatedPosterior(x: ArrayLike<number>): Prior {
  requireLength("give a posterior", "x", x.length, DIM);
  const factor = cholesky(PRIOR.map((value, i) => value + NOISE[i]!));
  const prior = rows(PRIOR);
  const gains = prior.map((column) => {
    const gain = Float64Array.from(column);
    solveLower(factor, gain);
    solveUpper(factor, gain);
    return gain;
  });
  const dot = (a: ArrayLike<number>, b: Float64Array) => b.reduce((sum, value, k) => sum + value * a[k]!, 0);
  const covariance = prior.map((values, i) => values.map((value, j) => value - dot(prior[j]!, gains[i]!)));
  return multivariateNormal(NAMES, gains.map((gain) => dot(x, gain)), covariance);
}

function matrix(entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: DIM * DIM }, (_, k) => entry(Math.floor(k / DIM), k % DIM));
}

function rows(of: Float64Array): number[][] {
  return Array.from({ length: DIM }, (_, i) => [...of.subarray(i * DIM, (i + 1) * DIM)]);
}
