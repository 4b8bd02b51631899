/**
 * The least and the largest of many numbers.
 *
 * @module
 */

/**
 * Finds the least and the largest value, as `Math.min(...values)` and `Math.max(...values)`
 * would: those take every number as an argument, of which a call can have some 100,000.
 *
 * @param values Any number of numbers.
 * @returns `[least, largest]`: both NaN where one is, and `[∞, −∞]` where there is none.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { extent } from "@likely/core";
 *
 * const [low, high] = extent([3, -1, 2]);
 * assertEquals([low, high], [-1, 3]);
 * ```
 */
export function extent(values: ArrayLike<number>): [least: number, largest: number] {
  let [least, largest] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    largest = Math.max(largest, values[i]!);
  }
  return [least, largest];
}
