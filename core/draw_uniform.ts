/**
 * Uniform variates.
 *
 * @module
 */

import type { Stream } from "./stream.ts";

/**
 * Draws from the uniform distribution on [low, high).
 *
 * @param random The stream.
 * @param low The lower end.
 * @param high The upper end, ≥ `low`.
 * @returns One variate.
 * @throws {RangeError} If `low` exceeds `high` or an end is not finite.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawUniform, key, stream } from "@likely/core";
 *
 * const value = drawUniform(stream(key(0)), 2, 3);
 * assert(value >= 2 && value < 3);
 * ```
 */
export function drawUniform(random: Stream, low: number = 0, high: number = 1): number {
  const width = high - low;
  if (!(width >= 0 && width < Infinity)) {
    throw new RangeError(
      `Cannot draw uniformly as low and high must be finite with low <= high: current value is [${low}, ${high})`,
    );
  }
  return low + width * random.uniform();
}
