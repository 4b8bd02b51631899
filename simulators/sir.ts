/**
 * The SIR task of the benchmark: an epidemic in a city, seen ten times by a thousand tests.
 *
 * @module
 */

import { drawBinomial, independent, logGamma, logNormal, simulator, type Task } from "@likely/core";
import { type Outbreak, type Rates, sirSensitivity, sirTrajectory } from "./_sir.ts";

const NAME = "sir";
const TESTS = 1000;

// Three steps a day: under the prior the mean of a count is right to 1e-4 of its standard deviation.
const CITY: Outbreak = { population: 1e6, times: 9, spacing: 17, stepsPerTime: 51 };

/**
 * Builds the SIR task: `dS/dt = −β S I / N`, `dI/dt = β S I / N − γ I`, N = 10⁶, one case on day 0. On days
 * 0, 17, …, 153 a thousand people are tested, and `x` is how many are infected, `Binomial(1000, I / N)`.
 * Parameters `beta` and `gamma`, per day: `log beta ~ N(log 0.4, 0.5²)`, `log gamma ~ N(log 0.125, 0.2²)`.
 *
 * Likelihood and score are exact for the Runge–Kutta solution that is simulated from. Where the epidemic
 * overflows, far outside the prior, simulations are NaN, the log-likelihood is −∞ and the score 0.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.9,
 * https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { sir } from "@likely/simulators";
 *
 * const x = sir().simulator.simulate(key(1), fromRows([[0.4, 0.125]])).data;
 * assert(Math.max(...x) > 200 && x.every((count) => count <= 1000));
 * ```
 */
export function sir(): Task {
  return {
    name: NAME,
    prior: independent({ beta: logNormal(Math.log(0.4), 0.5), gamma: logNormal(Math.log(0.125), 0.2) }),
    simulator: simulator({
      name: NAME,
      thetaDim: 2,
      xDim: 1 + CITY.times,
      simulate: (random, theta) =>
        logShares(rates(theta)).map((logShare) =>
          logShare <= 0 ? drawBinomial(random, TESTS, Math.exp(logShare)) : NaN
        ),
      logLikelihood,
      score,
    }),
  };
}

function rates([beta, gamma]: Float64Array): Rates {
  return { beta: beta!, gamma: gamma! };
}

/** `log(I / N)` on each day of tests. */
function logShares(at: Rates): Float64Array {
  const { data, dim } = sirTrajectory(at, CITY);
  const logPopulation = Math.log(CITY.population);
  return Float64Array.from(
    { length: 1 + CITY.times },
    (_, t) => (t === 0 ? 0 : data[(t - 1) * dim + 1]!) - logPopulation,
  );
}

function logLikelihood(theta: Float64Array, x: Float64Array): number {
  const total = logShares(rates(theta)).reduce((sum, logShare, t) => sum + logBinomial(x[t]!, logShare), 0);
  return Number.isNaN(total) ? -Infinity : total;
}

/** log P(count | 1000 tests); the share may be too small for a float64. */
function logBinomial(count: number, logShare: number): number {
  const negative = TESTS - count;
  if (!(count >= 0 && negative >= 0)) return -Infinity;
  const logWays = logGamma(TESTS + 1) - logGamma(count + 1) - logGamma(negative + 1);
  return logWays + count * logShare + negative * Math.log1p(-Math.exp(logShare));
}

// ∂/∂(log share) log P = (count − 1000 share) / (1 − share); on day 0 the share is given.
function score(theta: Float64Array, x: Float64Array): Float64Array {
  const { data, dim } = sirSensitivity(rates(theta), CITY);
  const out = new Float64Array(2);
  for (let t = 0; t < CITY.times; t++) {
    const share = Math.exp(data[t * dim + 1]!) / CITY.population;
    const slope = (x[t + 1]! - TESTS * share) / (1 - share);
    out[0]! += slope * data[t * dim + 3]!;
    out[1]! += slope * data[t * dim + 5]!;
  }
  return out.every(Number.isFinite) ? out : out.fill(0);
}
