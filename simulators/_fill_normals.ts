// Many normal variates at once.

import type { Stream } from "@likely/core";

/**
 * Fills an array with N(0, 1) variates by Marsaglia's polar method (1964), two for each point
 * in the unit disc. Both coordinates of a point come from one uniform of 53 bits, 26 and 27 of
 * them, which halves the time: the points are on a grid, 2⁻²⁵ apart, that noise cannot tell from
 * the disc.
 */
export function fillNormals(random: Stream, into: Float64Array): void {
  for (let i = 0; i < into.length; i += 2) {
    let a: number;
    let b: number;
    let square: number;
    do {
      const bits = random.uniform() * 2 ** 26;
      const upper = Math.floor(bits);
      // Half a cell aside, so that no point is the origin.
      a = (upper + 0.5) / 2 ** 25 - 1;
      b = 2 * (bits - upper) - 1;
      square = a * a + b * b;
    } while (square >= 1);
    const factor = Math.sqrt(-2 * Math.log(square) / square);
    into[i] = factor * a;
    if (i + 1 < into.length) into[i + 1] = factor * b;
  }
}
