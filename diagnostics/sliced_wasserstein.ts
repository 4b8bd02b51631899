/**
 * Sliced Wasserstein distance.
 *
 * @module
 */

import { asPoints, drawNormal, foldIn, type Key, type Points, row, type Rows, stream } from "@likely/core";
import { requireColumns, requireInteger, requireKey, requireRows } from "@likely/core/check";

/** Options of {@linkcode slicedWasserstein}. */
export interface SlicedWassersteinOptions {
  /**
   * Random directions.
   *
   * @default 100
   */
  readonly projections?: number | undefined;
  /**
   * The order of the distance.
   *
   * @default 2
   */
  readonly order?: 1 | 2 | undefined;
}

/**
 * Computes the sliced Wasserstein distance of two samples: `(mean over random directions u of
 * W_p(uᵀa, uᵀb)^p)^(1/p)`, each of them exact by sorting, also for unequal numbers of rows.
 *
 * In the units of the rows; for a mere shift δ and `p = 2` it is `‖δ‖ / √d` on average.
 *
 * Source: Bonneel et al. (2015), "Sliced and Radon Wasserstein barycenters of measures",
 * https://doi.org/10.1007/s10851-014-0506-3.
 *
 * @param key Draws the directions.
 * @param first `[n, d]`.
 * @param second `[m, d]`.
 * @param options Directions and order.
 * @returns The distance, ≥ 0.
 * @throws {TypeError} If the widths differ.
 * @throws {RangeError} If a sample is empty or a number is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { slicedWasserstein } from "@likely/diagnostics";
 *
 * const a = fromRows([[0], [1], [2]]);
 * assertAlmostEquals(slicedWasserstein(key(0), a, fromRows([[5], [6], [7]])), 5, 1e-12);
 * ```
 */
export function slicedWasserstein(
  key: Key,
  first: Rows,
  second: Rows,
  options: SlicedWassersteinOptions = {},
): number {
  const { projections = 100, order = 2 } = options;
  requireKey("compute a distance", key);
  const [a, b] = [asPoints(first), asPoints(second)];
  requireInteger("compute a distance", "projections", projections, 1);
  requireColumns("compute a distance", "the second sample", b, a.dim);
  requireRows("compute a distance", "the first sample", a, 1);
  requireRows("compute a distance", "the second sample", b, 1);
  let sum = 0;
  for (let k = 0; k < projections; k++) {
    const direction = unitVector(foldIn(key, k), a.dim);
    sum += transport(projected(a, direction), projected(b, direction), order);
  }
  return (sum / projections) ** (1 / order);
}

function unitVector(key: Key, dim: number): Float64Array {
  const random = stream(key);
  const out = Float64Array.from({ length: dim }, () => drawNormal(random));
  const length = Math.sqrt(out.reduce((sum, z) => sum + z * z, 0));
  return out.map((value) => value / length);
}

function projected(rows: Points, direction: Float64Array): Float64Array {
  return Float64Array.from(
    { length: rows.n },
    (_, i) => row(rows, i).reduce((sum, value, j) => sum + value * direction[j]!, 0),
  ).sort();
}

// ∫ |Qa(u) − Qb(u)|^p du over the steps of both quantile functions.
function transport(a: Float64Array, b: Float64Array, order: number): number {
  let [i, j, sum] = [0, 0, 0];
  // In whole units of 1 / (n m), so that equal steps meet exactly.
  for (let at = 0; i < a.length;) {
    const end = Math.min((i + 1) * b.length, (j + 1) * a.length);
    sum += (end - at) * Math.abs(a[i]! - b[j]!) ** order;
    if (end === (i + 1) * b.length) i++;
    if (end === (j + 1) * a.length) j++;
    at = end;
  }
  return sum / (a.length * b.length);
}
