// The bijection of one coordinate: from z in (−∞, ∞) to an open interval.

import { exp, log, log1p, tanh } from "./elementary.ts";
import { inside } from "./_interval.ts";
import type { Interval } from "./interval.ts";

/** θ, strictly inside the interval however large |z| is; NaN stays NaN. */
export function toInterval(interval: Interval, z: number): number {
  return inside(interval, image(interval, z));
}

function image({ low, high }: Interval, z: number): number {
  if (low === -Infinity) return high === Infinity ? z : high - exp(z);
  if (high === Infinity) return low + exp(z);
  // From the nearer end, so that the distance to it keeps its digits.
  const share = sigmoid(-Math.abs(z));
  return z < 0 ? low + (high - low) * share : high - (high - low) * share;
}

/** z, for θ strictly inside the interval. */
export function fromInterval({ low, high }: Interval, theta: number): number {
  if (low === -Infinity) return high === Infinity ? theta : log(high - theta);
  if (high === Infinity) return log(theta - low);
  return log(theta - low) - log(high - theta);
}

/** dθ/dz, with its sign. */
export function slope({ low, high }: Interval, z: number): number {
  if (low === -Infinity) return high === Infinity ? 1 : -exp(z);
  if (high === Infinity) return exp(z);
  return (high - low) * sigmoid(z) * sigmoid(-z);
}

/** log |dθ/dz|. */
export function logSlope({ low, high }: Interval, z: number): number {
  if (low === -Infinity && high === Infinity) return 0;
  if (low === -Infinity || high === Infinity) return z;
  const y = Math.abs(z);
  return log(high - low) - y - 2 * log1p(exp(-y));
}

/** d log |dθ/dz| / dz. */
export function logSlopeSlope({ low, high }: Interval, z: number): number {
  if (low === -Infinity && high === Infinity) return 0;
  if (low === -Infinity || high === Infinity) return 1;
  return -tanh(z / 2);
}

function sigmoid(z: number): number {
  return 1 / (1 + exp(-z));
}
