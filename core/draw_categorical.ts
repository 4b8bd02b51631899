/**
 * Categorical variates.
 *
 * @module
 */

import type { Stream } from "./stream.ts";

/**
 * Draws an index with probability proportional to its weight; one uniform a draw.
 *
 * @param random The stream.
 * @param weights Numbers ≥ 0, not all 0; they need not add up to 1.
 * @returns An index into `weights`, never one of weight 0.
 * @throws {RangeError} If a weight is negative or NaN, or if their sum is not a finite
 * number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawCategorical, key, stream } from "@likely/core";
 *
 * assertEquals(drawCategorical(stream(key(0)), [0, 3, 0]), 1);
 * ```
 */
export function drawCategorical(random: Stream, weights: ArrayLike<number>): number {
  let rest = random.uniform() * sum(weights);
  let chosen = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    // Remembered, for rounding may leave a little of `rest` after the last weight.
    chosen = i;
    if (rest < weight) break;
    rest -= weight;
  }
  return chosen;
}

function sum(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0)) {
      throw new RangeError(
        `Cannot draw a category as every weight must be >= 0: current value is ${weight} at index ${i}`,
      );
    }
    total += weight;
  }
  if (total > 0 && total < Infinity) return total;
  throw new RangeError(
    `Cannot draw a category as the weights must have a finite sum > 0: current value is ${total}`,
  );
}
