/**
 * Exponential variates.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from the exponential distribution with density `rate · exp(−rate · t)`, by inversion;
 * one uniform a draw.
 *
 * @param random The stream.
 * @param rate Events in a unit of time, > 0; the mean is its reciprocal.
 * @returns One variate, ≥ 0.
 * @throws {RangeError} If `rate` is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawExponential, key, stream } from "@likely/core";
 *
 * assert(drawExponential(stream(key(0)), 2) >= 0);
 * ```
 */
export function drawExponential(random: Stream, rate: number = 1): number {
  requirePositive("draw an exponential", "rate", rate);
  // 1 − u is in (0, 1]: the logarithm stays finite.
  return -log(1 - random.uniform()) / rate;
}
