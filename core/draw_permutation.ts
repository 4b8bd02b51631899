/**
 * Random permutations.
 *
 * @module
 */

import { requireInteger } from "./check.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws one of the `n!` orders of 0, 1, …, n − 1, all equally likely, by the Fisher–Yates
 * shuffle.
 *
 * @param random The stream.
 * @param n How many items, a whole number in [0, 2³²).
 * @returns `[n]` distinct indices.
 * @throws {RangeError} If `n` is not such a number.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawPermutation, key, stream } from "@likely/core";
 *
 * assertEquals(drawPermutation(stream(key(0)), 3).toSorted(), new Uint32Array([0, 1, 2]));
 * ```
 */
export function drawPermutation(random: Stream, n: number): Uint32Array {
  requireInteger("draw a permutation", "n", n, 0, 2 ** 32 - 1);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return order;
}
