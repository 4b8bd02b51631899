/**
 * The mean absolute difference, column by column in units of its own.
 *
 * @module
 */

import { betweenRows } from "./_distance_rows.ts";
import { requireLength, requirePositive } from "./check.ts";
import type { Distance } from "./distance.ts";

/** What {@linkcode maeDistance} needs to know. */
export interface MaeDistanceOptions {
  /**
   * `[p]`: the unit of each column, > 0; mostly the standard deviations of the simulations,
   * `standardisation(dataset.x).std`.
   */
  readonly scale: readonly number[];
}

/**
 * Makes the scaled mean absolute difference, `d(x, t) = (1/p) Σⱼ |xⱼ − tⱼ| / scaleⱼ`: for
 * statistics of different units, and less moved by outliers than squares are.
 *
 * @param options The unit of each column.
 * @returns The distance, named `"mae"`.
 * @throws {RangeError} If a scale is not > 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, maeDistance } from "@likely/core";
 *
 * const distance = maeDistance({ scale: [1, 10] });
 * assertEquals(distance.between(fromRows([[0, 0]]), fromRows([[2, 40]])), new Float64Array([3]));
 * ```
 */
export function maeDistance(options: MaeDistanceOptions): Distance {
  const { scale } = options;
  scale.forEach((value, j) => requirePositive("build the mae distance", `scale[${j}]`, value));
  return {
    name: "mae",
    unit: "mean absolute difference, in scales of the columns",
    options: Object.fromEntries(scale.map((value, j) => [`scale${j}`, value])),
    between: (x, target) => {
      requireLength('measure "mae"', "a row", x.dim, scale.length);
      return betweenRows("mae", x, target, (a, i, b, j) => {
        let sum = 0;
        for (let k = 0; k < x.dim; k++) sum += Math.abs(a[i + k]! - b[j + k]!) / scale[k]!;
        return sum / x.dim;
      });
    },
  };
}
