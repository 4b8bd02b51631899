/**
 * Where parameters live, and the bijection to unconstrained space that samplers move in.
 *
 * Per coordinate, with z unconstrained:
 * - (−∞, ∞): θ = z
 * - (a, ∞): θ = a + exp z
 * - (−∞, b): θ = b − exp z
 * - (a, b): θ = a + (b − a) · sigmoid z
 *
 * Where rounding would put θ on an end, it is moved to a number strictly inside.
 *
 * @module
 */

import { requireColumns } from "./check.ts";
import { fromInterval, logSlope, toInterval } from "./_bijection.ts";
import type { Interval } from "./interval.ts";
import { type Points, zeros } from "./points.ts";

/** One interval for each parameter. */
export type Support = readonly Interval[];

/**
 * Tells for each row whether it lies strictly inside the support.
 *
 * @param support One interval per column.
 * @param theta `[n, d]`.
 * @returns `[n]` booleans.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, inSupport } from "@likely/core";
 *
 * assertEquals(inSupport([{ low: 0, high: 1 }], fromRows([[0.5], [1]])), [true, false]);
 * ```
 */
export function inSupport(support: Support, theta: Points): boolean[] {
  return Array.from({ length: theta.n }, (_, i) =>
    support.every(({ low, high }, j) => {
      const value = theta.data[i * theta.dim + j]!;
      return value > low && value < high;
    }));
}

/**
 * Maps unconstrained rows into the support, `z ↦ θ`.
 *
 * @param support One interval per column.
 * @param z `[n, d]`; NaN stays NaN.
 * @returns `[n, d]`, strictly inside the support.
 * @throws {TypeError} If `z` has another number of columns than the support.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { constrain, fromRows } from "@likely/core";
 *
 * const support = [{ low: 0, high: Infinity }, { low: -1, high: 1 }];
 * assertEquals(constrain(support, fromRows([[0, 0]])), fromRows([[1, 0]]));
 * ```
 */
export function constrain(support: Support, z: Points): Points {
  requireColumns("constrain points", "points", z, support.length);
  return mapEntries(z, (value, j) => toInterval(support[j]!, value));
}

/**
 * Maps rows of the support to unconstrained space, `θ ↦ z`: the inverse of
 * {@linkcode constrain}.
 *
 * @param support One interval per column.
 * @param theta `[n, d]`.
 * @returns `[n, d]`.
 * @throws {TypeError} If `theta` has another number of columns than the support.
 * @throws {RangeError} If a value is not strictly inside its interval.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, unconstrain } from "@likely/core";
 *
 * assertEquals(unconstrain([{ low: 0, high: Infinity }], fromRows([[1]])), fromRows([[0]]));
 * ```
 */
export function unconstrain(support: Support, theta: Points): Points {
  requireColumns("unconstrain points", "points", theta, support.length);
  return mapEntries(theta, (value, j, i) => {
    const { low, high } = support[j]!;
    if (value > low && value < high) return fromInterval(support[j]!, value);
    throw new RangeError(
      `Cannot unconstrain points as row ${i}, column ${j} must be inside (${low}, ${high}): current value is ${value}`,
    );
  });
}

/**
 * Computes what the change of variables adds to a log density, `Σⱼ log |dθⱼ / dzⱼ|`.
 *
 * @param support One interval per column.
 * @param z `[n, d]`.
 * @returns `[n]`, in nats.
 * @throws {TypeError} If `z` has another number of columns than the support.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, logAbsDetJacobian } from "@likely/core";
 *
 * const [value] = logAbsDetJacobian([{ low: 0, high: 1 }], fromRows([[0]]));
 * assertAlmostEquals(value!, Math.log(1 / 4));
 * ```
 */
export function logAbsDetJacobian(support: Support, z: Points): Float64Array {
  requireColumns("compute a Jacobian", "points", z, support.length);
  return Float64Array.from({ length: z.n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < z.dim; j++) sum += logSlope(support[j]!, z.data[i * z.dim + j]!);
    return sum;
  });
}

function mapEntries(source: Points, fn: (value: number, j: number, i: number) => number): Points {
  const { data, n, dim } = source;
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < dim; j++) out.data[i * dim + j] = fn(data[i * dim + j]!, j, i);
  }
  return out;
}
