/**
 * The Lotka–Volterra task: predators, prey, and noisy counts of both.
 *
 * @module
 */

import { drawNormal, independent, logNormal, simulator, type Task } from "@likely/core";
import {
  huntedAndHunting,
  huntedAndHuntingSensitivity,
  type Rates,
  START,
  SURVEY,
} from "./_lotka_volterra.ts";

const NAME = "lotka_volterra";
const TIMES = 1 + SURVEY.times;
const LOG_SD = 0.1;
// The benchmark lets no animals fall below 1e-10 or rise above 10⁴ before it adds the noise.
const LOG_LEAST = Math.log(1e-10);
const LOG_MOST = Math.log(1e4);

/**
 * Builds the Lotka–Volterra task: `dX/dt = α X − β X Y`, `dY/dt = δ X Y − γ Y`, 30 prey and one predator
 * at the beginning. `x` is ten counts of prey, then ten of predators, at times 0, 2.1, …, 18.9, each
 * log-normal around the solution with a standard deviation of 0.1. Parameters `alpha`, `beta`,
 * `gamma`, `delta`: `log alpha, log gamma ~ N(−0.125, 0.5²)`, `log beta, log delta ~ N(−3, 0.5²)`.
 *
 * Likelihood and score are exact for the Runge–Kutta solution that is simulated from. Where the
 * solution overflows, far outside the prior, simulations are NaN, the log-likelihood is −∞ and the
 * score 0. As in the benchmark the solution is cut to [1e-10, 10⁴], at 4 in 1,000 of the prior's
 * parameters: there the score of a count that was cut is 0.
 *
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference", T.10,
 * https://arxiv.org/abs/2101.04653; the range as in its code.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { lotkaVolterra } from "@likely/simulators";
 *
 * const [prey] = lotkaVolterra().simulator.simulate(key(1), fromRows([[0.7, 0.1, 0.9, 0.1]])).data;
 * assert(prey! > 20 && prey! < 45);
 * ```
 */
export function lotkaVolterra(): Task {
  const common = () => logNormal(-0.125, 0.5);
  const rare = () => logNormal(-3, 0.5);
  return {
    name: NAME,
    prior: independent({ alpha: common(), beta: rare(), gamma: common(), delta: rare() }),
    simulator: simulator({
      name: NAME,
      thetaDim: 4,
      xDim: 2 * TIMES,
      simulate: (random, theta) =>
        logMeans(theta).map((logMean) => Math.exp(drawNormal(random, logMean, LOG_SD))),
      logLikelihood,
      score,
    }),
  };
}

function rates(theta: Float64Array): Rates {
  return [theta[0]!, theta[1]!, theta[2]!, theta[3]!];
}

/** Logarithms of prey at each time, then of predators: `[20]`. */
function logMeans(theta: Float64Array): Float64Array {
  const { data } = huntedAndHunting(rates(theta));
  return Float64Array.from({ length: 2 * TIMES }, (_, i) => {
    const [kind, t] = place(i);
    const log = t === 0 ? START[kind] : data[(t - 1) * 2 + kind]!;
    return Number.isFinite(log) ? Math.min(Math.max(log, LOG_LEAST), LOG_MOST) : NaN;
  });
}

/** Prey or predators, and when, in column i of x. */
function place(i: number): [kind: 0 | 1, t: number] {
  return i < TIMES ? [0, i] : [1, i - TIMES];
}

function logLikelihood(theta: Float64Array, x: Float64Array): number {
  const total = logMeans(theta).reduce((sum, logMean, i) => {
    const z = (Math.log(x[i]!) - logMean) / LOG_SD;
    return sum - z * z / 2 - Math.log(x[i]! * LOG_SD * Math.sqrt(2 * Math.PI));
  }, 0);
  return Number.isNaN(total) ? -Infinity : total;
}

function score(theta: Float64Array, x: Float64Array): Float64Array {
  const { data, dim } = huntedAndHuntingSensitivity(rates(theta));
  const out = new Float64Array(4);
  for (let i = 0; i < 2 * TIMES; i++) {
    const [kind, t] = place(i);
    if (t === 0) continue;
    const at = (t - 1) * dim + kind;
    const logMean = data[at]!;
    if (logMean < LOG_LEAST || logMean > LOG_MOST) continue;
    const slope = (Math.log(x[i]!) - logMean) / LOG_SD ** 2;
    for (let j = 0; j < 4; j++) out[j]! += slope * data[at + 2 * (j + 1)]!;
  }
  return out.every(Number.isFinite) ? out : out.fill(0);
}
