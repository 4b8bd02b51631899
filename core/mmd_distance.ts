/**
 * The squared maximum mean discrepancy between sets of points.
 *
 * @module
 */

import { exp } from "./elementary.ts";
import { betweenRows, requireElements } from "./_distance_rows.ts";
import { requirePositive } from "./check.ts";
import type { Distance } from "./distance.ts";

/** What {@linkcode mmdDistance} needs to know. */
export interface MmdDistanceOptions {
  /** Numbers in one element; a row of x is a set of `p / element` of them. */
  readonly element: number;
  /** Width h of the Gaussian kernel, in units of x. */
  readonly bandwidth: number;
  /**
   * `"gaussian"` is the Gaussian kernel on elements. `"product_of_means"` averages each column's
   * kernel over pairs by itself and multiplies the averages, which forgets how the columns of an
   * element go together; the original ACE code does so, and it may fall below zero.
   *
   * @default {"gaussian"}
   */
  readonly kernel?: "gaussian" | "product_of_means";
}

/** A similarity of two sets of m elements each, beginning at i and at j. */
type Similarity = (a: Float64Array, i: number, b: Float64Array, j: number, m: number) => number;

/**
 * Makes the squared maximum mean discrepancy of two sets of points,
 * `d(X, Y) = S(X, X) + S(Y, Y) − 2 S(X, Y)`, with `S(X, Y)` the mean over all pairs of elements,
 * a point's pair with itself included, of `exp(−‖u − v‖² / (2 h²))`.
 *
 * No unit: it lies in [0, 2]. The pairs with themselves make its mean positive even for equal
 * distributions, by a number that does not depend on Y.
 *
 * Source: Gretton et al. (2012), "A kernel two-sample test", JMLR 13, eq. 5. The original ACE
 * benchmark has `{ element: 2, bandwidth: Math.sqrt(50), kernel: "product_of_means" }`.
 *
 * @param options Elements and kernel.
 * @returns The distance, named `"mmd"`.
 * @throws {RangeError} If the bandwidth is not > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, mmdDistance } from "@likely/core";
 *
 * const { between } = mmdDistance({ element: 1, bandwidth: 1 });
 * // Both rows are the same set, in another order.
 * assertAlmostEquals(between(fromRows([[1, 2]]), fromRows([[2, 1]]))[0]!, 0, 1e-12);
 * ```
 */
export function mmdDistance(options: MmdDistanceOptions): Distance {
  const { element, bandwidth, kernel = "gaussian" } = options;
  requirePositive("build the mmd distance", "bandwidth", bandwidth);
  const rate = 1 / (2 * bandwidth ** 2);
  const similarity = kernel === "gaussian" ? jointly(element, rate) : byColumn(element, rate);
  return {
    name: "mmd",
    unit: "squared maximum mean discrepancy",
    options: { element, bandwidth, kernel },
    between: (x, target) => {
      const m = requireElements("mmd", x, element);
      let [own, at] = [NaN, -1];
      return betweenRows("mmd", x, target, (a, i, b, j) => {
        // One target for all rows needs its own pairs once.
        if (at !== j) [own, at] = [similarity(b, j, b, j, m), j];
        return similarity(a, i, a, i, m) + own - 2 * similarity(a, i, b, j, m);
      });
    },
  };
}

/** The mean of the kernel on elements. */
function jointly(element: number, rate: number): Similarity {
  return (a, i, b, j, m) => {
    const isSame = a === b && i === j;
    let sum = 0;
    for (let u = 0; u < m * element; u += element) {
      for (let v = isSame ? u + element : 0; v < m * element; v += element) {
        let squared = 0;
        for (let k = 0; k < element; k++) squared += (a[i + u + k]! - b[j + v + k]!) ** 2;
        sum += exp(-rate * squared);
      }
    }
    return meanOf(sum, m, isSame);
  };
}

/** The product over columns of the mean of each column's kernel. */
function byColumn(element: number, rate: number): Similarity {
  return (a, i, b, j, m) => {
    const isSame = a === b && i === j;
    let product = 1;
    for (let k = 0; k < element; k++) {
      let sum = 0;
      for (let u = k; u < m * element; u += element) {
        for (let v = isSame ? u + element : k; v < m * element; v += element) {
          sum += exp(-rate * (a[i + u]! - b[j + v]!) ** 2);
        }
      }
      product *= meanOf(sum, m, isSame);
    }
    return product;
  };
}

/** Of a set with itself each pair was summed once, and no element's with itself, which is 1. */
function meanOf(sum: number, m: number, isSame: boolean): number {
  return (isSame ? m + 2 * sum : sum) / (m * m);
}
