// The bijection of one coordinate: from z in (−∞, ∞) to an open interval.

import { inside } from "./_interval.ts";
import type { Interval } from "./interval.ts";

/** θ, strictly inside the interval however large |z| is; NaN stays NaN. */
export function toInterval(interval: Interval, z: number): number {
  return inside(interval, image(interval, z));
}

function image({ low, high }: Interval, z: number): number {
  if (low === -Infinity) return high === Infinity ? z : high - Math.exp(z);
  if (high === Infinity) return low + Math.exp(z);
  // From the nearer end, so that the distance to it keeps its digits.
  const share = sigmoid(-Math.abs(z));
  return z < 0 ? low + (high - low) * share : high - (high - low) * share;
}

/** z, for θ strictly inside the interval. */
export function fromInterval({ low, high }: Interval, theta: number): number {
  if (low === -Infinity) return high === Infinity ? theta : Math.log(high - theta);
  if (high === Infinity) return Math.log(theta - low);
  return Math.log(theta - low) - Math.log(high - theta);
}

/** dθ/dz, with its sign. */
export function slope({ low, high }: Interval, z: number): number {
  if (low === -Infinity) return high === Infinity ? 1 : -Math.exp(z);
  if (high === Infinity) return Math.exp(z);
  return (high - low) * sigmoid(z) * sigmoid(-z);
}

/** log |dθ/dz|. */
export function logSlope({ low, high }: Interval, z: number): number {
  if (low === -Infinity && high === Infinity) return 0;
  if (low === -Infinity || high === Infinity) return z;
  const y = Math.abs(z);
  return Math.log(high - low) - y - 2 * Math.log1p(Math.exp(-y));
}

/** d log |dθ/dz| / dz. */
export function logSlopeSlope({ low, high }: Interval, z: number): number {
  if (low === -Infinity && high === Infinity) return 0;
  if (low === -Infinity || high === Infinity) return 1;
  return -Math.tanh(z / 2);
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
