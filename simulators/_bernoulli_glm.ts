// What the two Bernoulli GLM tasks share: the design, the prior and the likelihood of spikes.

import { multivariateNormal, type Prior, type Stream } from "@likely/core";
import { cholesky, solveLower, solveUpper } from "@likely/core/cholesky";
import { numpyRandom } from "./_numpy_random.ts";

/** Time bins, each with a spike or none. */
export const BINS = 100;
/** Weights of the stimulus now and in the bins before. */
const TAPS = 9;
/** The offset and the weights. */
export const DIM = 1 + TAPS;

// The benchmark froze white noise from seed 42, as float32.
const STIMULUS = whiteNoise();
const PRIOR_PRECISION_OF_OFFSET = 0.5;

function whiteNoise(): Float64Array {
  const random = numpyRandom(42);
  return Float64Array.from({ length: BINS }, () => Math.fround(random.normal()));
}

/** The offset `N(0, 2)` and, apart from it, a filter whose second differences are small. */
export function glmPrior(): Prior {
  const names = ["offset", ...Array.from({ length: TAPS }, (_, j) => `filter${j + 1}`)];
  const factor = cholesky(filterPrecision());
  const covariance = names.map((_, i) => {
    const column = new Float64Array(TAPS);
    if (i === 0) return [1 / PRIOR_PRECISION_OF_OFFSET, ...column];
    column[i - 1] = 1;
    solveLower(factor, column);
    solveUpper(factor, column);
    return [0, ...column];
  });
  return multivariateNormal(names, new Array(DIM).fill(0), covariance);
}

/** `Fᵀ F`, F the second difference plus `diag √(i / 9)`. */
function filterPrecision(): Float64Array {
  const f = (i: number, j: number) => {
    if (i === j) return 1 + Math.sqrt(i / TAPS);
    return i === j + 1 ? -2 : i === j + 2 ? 1 : 0;
  };
  const out = new Float64Array(TAPS * TAPS);
  for (let i = 0; i < TAPS; i++) {
    for (let j = 0; j < TAPS; j++) {
      for (let k = 0; k < TAPS; k++) out[i * TAPS + j]! += f(k, i) * f(k, j);
    }
  }
  return out;
}

/** The logit of a spike in bin t: `θ₀ + Σⱼ θⱼ₊₁ I(t − j)`. */
function logit(theta: Float64Array, t: number): number {
  let sum = theta[0]!;
  for (let j = 0; j < TAPS && j <= t; j++) sum += theta[1 + j]! * STIMULUS[t - j]!;
  return sum;
}

/** A spike, 1, or none, 0, in every bin. */
export function drawSpikes(random: Stream, theta: Float64Array): Float64Array {
  return Float64Array.from({ length: BINS }, (_, t) => random.uniform() < sigmoid(logit(theta, t)) ? 1 : 0);
}

/** How many spikes, and the stimulus at each and up to eight bins before, summed: `Dᵀ y`, `[10]`. */
export function sufficient(spikes: ArrayLike<number>): Float64Array {
  const out = new Float64Array(DIM);
  for (let t = 0; t < BINS; t++) addBin(out, t, spikes[t]!);
  return out;
}

/** log p of spikes by their sufficient statistics: `θ · Dᵀ y − Σₜ log(1 + exp ψₜ)`. */
export function glmLogLikelihood(theta: Float64Array, statistics: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < DIM; j++) sum += theta[j]! * statistics[j]!;
  for (let t = 0; t < BINS; t++) {
    const psi = logit(theta, t);
    sum -= Math.max(psi, 0) + Math.log1p(Math.exp(-Math.abs(psi)));
  }
  return sum;
}

/** Its score, `Dᵀ (y − p)`. */
export function glmScore(theta: Float64Array, statistics: Float64Array): Float64Array {
  const out = statistics.slice();
  for (let t = 0; t < BINS; t++) addBin(out, t, -sigmoid(logit(theta, t)));
  return out;
}

/** Adds `weight` times row t of the design D, `(1, I(t), I(t − 1), …)`. */
function addBin(out: Float64Array, t: number, weight: number): void {
  out[0]! += weight;
  for (let j = 0; j < TAPS && j <= t; j++) out[1 + j]! += weight * STIMULUS[t - j]!;
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
