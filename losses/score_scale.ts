/**
 * How large scores are.
 *
 * @module
 */

import { type Dataset, type Standardisation, standardSlope } from "@likely/core";

/**
 * Measures the root mean square of the exact scores with respect to standardised θ, coordinate
 * by coordinate: the unit in which score errors are comparable.
 *
 * @param data Pairs with scores.
 * @param by Standardisation of θ.
 * @returns `[d]`; 1 for a coordinate whose score is always 0.
 * @throws {TypeError} If the dataset has no scores.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { scoreScale } from "@likely/losses";
 *
 * const theta = fromRows([[0], [4]]);
 * const data = { theta, x: theta, score: fromRows([[3], [-3]]), failed: 0 };
 * assertEquals(scoreScale(data, { mean: [2], std: [2] }), [6]);
 * ```
 */
export function scoreScale(data: Dataset, by: Standardisation): number[] {
  const { theta, score } = data;
  if (score === undefined) {
    throw new TypeError("Cannot measure scores as the dataset must have some: simulate with { score: true }");
  }
  const sums = new Array<number>(theta.dim).fill(0);
  score.data.forEach((value, k) => {
    const j = k % theta.dim;
    sums[j]! += (value / standardSlope(by, j, theta.data[k]!)) ** 2;
  });
  return sums.map((sum) => Math.sqrt(sum / theta.n) || 1);
}
