/**
 * Truncated normal variates.
 *
 * @module
 */

import { exp, expm1, log1p } from "./elementary.ts";
import { requireFinite, requirePositive } from "./check.ts";
import { normalCdf, normalQuantile } from "./special.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from N(mean, sd²) restricted to [low, high], right however far in the tail or however
 * narrow the interval: by inversion near the centre, by rejection from an exponential in the
 * tail, from a uniform where the density is nearly flat.
 *
 * Source: Robert (1995), "Simulation of truncated normal variables",
 * https://arxiv.org/abs/0907.4010
 *
 * @param random The stream.
 * @param mean The mean before truncation.
 * @param sd The standard deviation before truncation, > 0.
 * @param low The lower end, possibly −∞.
 * @param high The upper end, possibly ∞.
 * @returns One variate in [low, high].
 * @throws {RangeError} If `mean` is not finite, `sd` is not finite and > 0, or `low` is not
 * below `high`.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawTruncatedNormal, key, stream } from "@likely/core";
 *
 * assert(drawTruncatedNormal(stream(key(0)), 0, 1, 8, Infinity) >= 8);
 * ```
 */
export function drawTruncatedNormal(
  random: Stream,
  mean: number,
  sd: number,
  low: number,
  high: number,
): number {
  requireFinite("draw a truncated normal", "mean", mean);
  requirePositive("draw a truncated normal", "sd", sd);
  if (!(low < high)) {
    throw new RangeError(
      `Cannot draw a truncated normal as low must be < high: current value is [${low}, ${high}]`,
    );
  }
  const value = mean + sd * drawStandard(random, (low - mean) / sd, (high - mean) / sd);
  return Math.min(Math.max(value, low), high);
}

/** N(0, 1) on [a, b]. */
function drawStandard(random: Stream, a: number, b: number): number {
  if (b <= 0) return -drawStandard(random, -b, -a);
  if ((b - a) * Math.max(-a, b) < 1) return drawFlat(random, a, b);
  if (a > 4) return drawTail(random, a, b);
  // Upper-tail probabilities: on this side of 0 they keep their digits. 1 − u is in (0, 1]:
  // the quantile stays finite.
  const beyond = normalCdf(-b);
  return -normalQuantile(beyond + (1 - random.uniform()) * (normalCdf(-a) - beyond));
}

/** Where the density hardly varies over [a, b]. */
function drawFlat(random: Stream, a: number, b: number): number {
  const peak = Math.max(a, 0);
  for (;;) {
    const z = a + (b - a) * random.uniform();
    if (random.uniform() < exp(-0.5 * (z - peak) * (z + peak))) return z;
  }
}

/** For a ≫ 0: z = a + t has density ∝ exp(−a t) exp(−t²/2), and the second factor is near 1. */
function drawTail(random: Stream, a: number, b: number): number {
  const reach = -expm1(-a * (b - a));
  for (;;) {
    const t = -log1p(-reach * random.uniform()) / a;
    if (random.uniform() < exp(-0.5 * t * t)) return a + t;
  }
}
