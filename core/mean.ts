/**
 * The mean of some numbers.
 *
 * @module
 */

/**
 * Computes the arithmetic mean.
 *
 * @param values `[n]`.
 * @returns The mean; NaN for no numbers.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { mean } from "@likely/core";
 *
 * assertEquals(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
