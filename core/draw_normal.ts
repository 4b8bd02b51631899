/**
 * Normal variates.
 *
 * @module
 */

import { cos, log } from "./elementary.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from N(mean, sd²) by the Box–Muller transform; one variate for two uniforms, so that
 * every draw consumes the same amount of the stream.
 *
 * @param random The stream.
 * @param mean The mean.
 * @param sd The standard deviation, ≥ 0.
 * @returns One variate.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, key, stream } from "@likely/core";
 *
 * assert(Number.isFinite(drawNormal(stream(key(0)))));
 * ```
 */
export function drawNormal(random: Stream, mean: number = 0, sd: number = 1): number {
  // 1 − u is in (0, 1]: the logarithm stays finite.
  const radius = Math.sqrt(-2 * log(1 - random.uniform()));
  return mean + sd * radius * cos(2 * Math.PI * random.uniform());
}
