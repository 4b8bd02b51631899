/**
 * Where parameters live, and the bijection to unconstrained space that samplers move in.
 *
 * Per coordinate, with z unconstrained:
 * - (−∞, ∞): θ = z
 * - (a, ∞): θ = a + exp z
 * - (−∞, b): θ = b − exp z
 * - (a, b): θ = a + (b − a) · sigmoid z
 *
 * @module
 */

import type { Points } from "./points.ts";

/** An open interval; either end may be infinite. */
export interface Interval {
  /** Lower end, possibly −∞. */
  readonly low: number;
  /** Upper end, possibly ∞. */
  readonly high: number;
}

/** One interval for each parameter. */
export type Support = readonly Interval[];

/**
 * Tells for each row whether it lies strictly inside the support.
 *
 * @param support One interval per column.
 * @param theta `[n, d]`.
 * @returns `[n]` booleans.
 */
export function inSupport(support: Support, theta: Points): boolean[] {
  return Array.from({ length: theta.n }, (_, i) =>
    support.every(({ low, high }, j) => {
      const value = theta.data[i * theta.dim + j]!;
      return value > low && value < high;
    }));
}
