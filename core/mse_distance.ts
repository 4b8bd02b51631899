/**
 * The mean squared difference.
 *
 * @module
 */

import { betweenRows } from "./_distance_rows.ts";
import type { Distance } from "./distance.ts";

/**
 * Makes the mean squared difference, `d(x, t) = (1/p) Σⱼ (xⱼ − tⱼ)²`: a mean over the columns,
 * not a sum, in squared units of x.
 *
 * @returns The distance, named `"mse"`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, mseDistance } from "@likely/core";
 *
 * assertEquals(mseDistance().between(fromRows([[1, 5]]), fromRows([[2, 2]])), new Float64Array([5]));
 * ```
 */
export function mseDistance(): Distance {
  return {
    name: "mse",
    unit: "mean squared difference, in squared units of x",
    options: {},
    between: (x, target) =>
      betweenRows("mse", x, target, (a, i, b, j) => {
        let sum = 0;
        for (let k = 0; k < x.dim; k++) sum += (a[i + k]! - b[j + k]!) ** 2;
        return sum / x.dim;
      }),
  };
}
