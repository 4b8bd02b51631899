/**
 * The autoregressive task: 500 numbers, each leaning on the two before it.
 *
 * @module
 */

import { drawNormal, independent, logNormal, simulator, type Stream, type Task, uniform } from "@likely/core";

const NAME = "autoregressive";
const LENGTH = 500;

/**
 * Builds the autoregressive task: a stationary series `yₜ = φ₁ yₜ₋₁ + φ₂ yₜ₋₂ + σ eₜ`, `eₜ ~ N(0, 1)`, of
 * which `x` is 500 numbers.
 *
 * Parameters are the partial autocorrelations `r1` and `r2`, uniform on (−1, 1), and `sigma`,
 * `log sigma ~ N(0, 0.5²)`. With `φ₁ = r₁ (1 − r₂)` and `φ₂ = r₂` the square is exactly the set of stationary
 * series, and evenly covered. The series starts in its stationary law, so with n numbers
 *
 * `log p = ½ log(1 − r₁²) + log(1 − r₂²) − n log(σ √2π) − Q / 2σ²`,
 * `Q = (1 − r₂²)(y₁² + y₂² − 2 r₁ y₁ y₂) + Σₜ₌₃ (yₜ − φ₁ yₜ₋₁ − φ₂ yₜ₋₂)²`.
 *
 * Source: Barndorff-Nielsen & Schou (1973), "On the parametrization of autoregressive models by partial
 * autocorrelations", https://doi.org/10.1016/0047-259X(73)90030-4.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { autoregressive } from "@likely/simulators";
 *
 * // Strong correlation of neighbours: the series seldom changes its sign.
 * const { data } = autoregressive().simulator.simulate(key(1), fromRows([[0.95, 0, 1]]));
 * assert(data.filter((y, t) => t > 0 && y * data[t - 1]! < 0).length < 100);
 * ```
 */
export function autoregressive(): Task {
  return {
    name: NAME,
    prior: independent({ r1: uniform(-1, 1), r2: uniform(-1, 1), sigma: logNormal(0, 0.5) }),
    simulator: simulator({
      name: NAME,
      thetaDim: 3,
      xDim: LENGTH,
      simulate: drawSeries,
      logLikelihood,
      score,
    }),
  };
}

function isStationary([r1, r2, sigma]: Float64Array): boolean {
  return Math.abs(r1!) < 1 && Math.abs(r2!) < 1 && sigma! > 0;
}

function drawSeries(random: Stream, theta: Float64Array): Float64Array {
  const y = new Float64Array(LENGTH);
  if (!isStationary(theta)) return y.fill(NaN);
  const [r1, r2, sigma] = [theta[0]!, theta[1]!, theta[2]!];
  const sd = sigma / Math.sqrt(1 - r2 * r2);
  y[0] = drawNormal(random, 0, sd / Math.sqrt(1 - r1 * r1));
  y[1] = drawNormal(random, r1 * y[0]!, sd);
  for (let t = 2; t < LENGTH; t++) {
    y[t] = drawNormal(random, r1 * (1 - r2) * y[t - 1]! + r2 * y[t - 2]!, sigma);
  }
  return y;
}

/** Q and its slopes along r₁ and r₂. */
function squares([r1, r2]: Float64Array, y: Float64Array): [number, number, number] {
  const [first, second] = [y[0]!, y[1]!];
  const start = first * first + second * second - 2 * r1! * first * second;
  let [q, by1, by2] = [(1 - r2! * r2!) * start, -2 * (1 - r2! * r2!) * first * second, -2 * r2! * start];
  for (let t = 2; t < y.length; t++) {
    const [before, earlier] = [y[t - 1]!, y[t - 2]!];
    const error = y[t]! - r1! * (1 - r2!) * before - r2! * earlier;
    q += error * error;
    by1 -= 2 * error * (1 - r2!) * before;
    by2 += 2 * error * (r1! * before - earlier);
  }
  return [q, by1, by2];
}

function logLikelihood(theta: Float64Array, y: Float64Array): number {
  if (!isStationary(theta)) return -Infinity;
  const [r1, r2, sigma] = [theta[0]!, theta[1]!, theta[2]!];
  return Math.log(1 - r1 * r1) / 2 + Math.log(1 - r2 * r2) -
    LENGTH * Math.log(sigma * Math.sqrt(2 * Math.PI)) -
    squares(theta, y)[0] / (2 * sigma * sigma);
}

function score(theta: Float64Array, y: Float64Array): [number, number, number] {
  if (!isStationary(theta)) return [0, 0, 0];
  const [r1, r2, sigma] = [theta[0]!, theta[1]!, theta[2]!];
  const [q, by1, by2] = squares(theta, y);
  const precision = 1 / (sigma * sigma);
  return [
    -r1 / (1 - r1 * r1) - by1 * precision / 2,
    -2 * r2 / (1 - r2 * r2) - by2 * precision / 2,
    (q * precision - LENGTH) / sigma,
  ];
}
