// Standard gamma variates, and their logarithms where the variates themselves would underflow.

import { log } from "./elementary.ts";
import { drawNormal } from "./draw_normal.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from Gamma(shape, 1) for shape ≥ 1.
 *
 * Source: Marsaglia & Tsang (2000), "A simple method for generating gamma variables".
 */
export function gammaVariate(random: Stream, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = drawNormal(random);
    const root = 1 + c * z;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = 1 - random.uniform();
    // The squeeze accepts 19 of 20 candidates without a logarithm.
    if (u < 1 - 0.0331 * z * z * z * z) return d * v;
    if (log(u) < 0.5 * z * z + d * (1 - v + log(v))) return d * v;
  }
}

/**
 * Draws the logarithm of a Gamma(shape, 1) variate. Below shape 1 it is that of shape + 1
 * times u^(1 / shape) (ibid., section 6), a power that soon underflows.
 */
export function logGammaVariate(random: Stream, shape: number): number {
  if (shape >= 1) return log(gammaVariate(random, shape));
  return log(gammaVariate(random, shape + 1)) + log(1 - random.uniform()) / shape;
}
