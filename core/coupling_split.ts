/**
 * Which coordinates a coupled transform keeps, and which it moves.
 *
 * @module
 */

/** Coordinates by what is done to them, ascending. */
export interface CouplingSplit {
  /** Those that stay, and that the transform's network sees. */
  readonly kept: readonly number[];
  /** Those that are moved. */
  readonly moved: readonly number[];
}

/**
 * Splits coordinates by a binary digit of their number: in transforms 2 k and 2 k + 1 by digit
 * `k mod ⌈log₂ dim⌉`. The first moves those where it is 1, the second the others. So any two
 * coordinates meet, in both directions, within `2 ⌈log₂ dim⌉` transforms. A single coordinate is
 * always moved.
 *
 * Source: Gao, Isaacson & Krause (2020), i-flow, https://arxiv.org/abs/2001.05486
 *
 * @param dim Coordinates, ≥ 1.
 * @param transform The transform's number, from 0.
 * @returns Kept and moved ones.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { couplingSplit } from "@likely/core";
 *
 * assertEquals(couplingSplit(3, 0), { kept: [0, 2], moved: [1] });
 * assertEquals(couplingSplit(3, 1), { kept: [1], moved: [0, 2] });
 * assertEquals(couplingSplit(3, 2), { kept: [0, 1], moved: [2] });
 * ```
 */
export function couplingSplit(dim: number, transform: number): CouplingSplit {
  const all = Array.from({ length: dim }, (_, j) => j);
  if (dim === 1) return { kept: [], moved: all };
  const digit = 2 ** (Math.floor(transform / 2) % (32 - Math.clz32(dim - 1)));
  const moves = (j: number) => Math.floor(j / digit) % 2 !== transform % 2;
  return { kept: all.filter((j) => !moves(j)), moved: all.filter(moves) };
}
