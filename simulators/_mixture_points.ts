// What the two Gaussian mixture tasks share: points around theta, wide or narrow.

import { drawNormal, independent, type Prior, type Stream, uniform } from "@likely/core";

/** Points around theta are wide or narrow, by the toss of a fair coin. */
export const COMPONENT_VARIANCES: readonly [number, number] = [1, 0.01];

/** Half the side of the prior's square. */
export const SIDE = 10;

/** U[−10, 10]². */
export function mixturePrior(): Prior {
  return independent({ theta1: uniform(-SIDE, SIDE), theta2: uniform(-SIDE, SIDE) });
}

/** One point: one coin for both coordinates. */
export function drawMixturePoint(random: Stream, theta: Float64Array): number[] {
  const sd = Math.sqrt(COMPONENT_VARIANCES[random.uniform() < 0.5 ? 0 : 1]);
  return Array.from(theta, (mean) => drawNormal(random, mean, sd));
}

/** Log-likelihood of independent points `x = (p₁ₓ, p₁ᵧ, …)`. */
export function mixtureLogLikelihood(theta: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i += 2) {
    const [wide, narrow] = components(theta, x, i);
    sum += Math.max(wide, narrow) + Math.log1p(Math.exp(-Math.abs(wide - narrow)));
  }
  return sum;
}

/** Its score. */
export function mixtureScore(theta: Float64Array, x: Float64Array): [number, number] {
  const out: [number, number] = [0, 0];
  for (let i = 0; i < x.length; i += 2) {
    const [wide, narrow] = components(theta, x, i);
    const isNarrow = 1 / (1 + Math.exp(wide - narrow));
    const precision = (1 - isNarrow) / COMPONENT_VARIANCES[0] + isNarrow / COMPONENT_VARIANCES[1];
    for (const d of [0, 1] as const) out[d] += precision * (x[i + d]! - theta[d]!);
  }
  return out;
}

/** The log densities of both components at the point that begins at column i, weights included. */
function components(theta: Float64Array, x: Float64Array, i: number): [number, number] {
  const squares = (x[i]! - theta[0]!) ** 2 + (x[i + 1]! - theta[1]!) ** 2;
  const log = (variance: number) => -Math.log(4 * Math.PI * variance) - squares / (2 * variance);
  return [log(COMPONENT_VARIANCES[0]), log(COMPONENT_VARIANCES[1])];
}
