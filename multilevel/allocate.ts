/**
 * How many samples of each level to draw.
 *
 * @module
 */

import { requireInteger, requireLength, requireNonNegative, requirePositive } from "@likely/core/check";
import type { Allocation, AllocationTarget, LevelNumbers } from "./allocation.ts";
import { forBudget, forTolerance, sum } from "./_optimal_counts.ts";

/** Options of {@linkcode allocate}. */
export interface AllocateOptions {
  /**
   * Samples of each level that are done already.
   *
   * @default {undefined} None.
   */
  readonly done?: readonly number[];
  /**
   * Fewest samples of a level, a whole number ≥ 1.
   *
   * @default 32
   */
  readonly least?: number;
}

/**
 * Computes the cheapest numbers of samples, `N_l ∝ √(V_l / C_l)`. Levels that have more than that, by what is
 * done or by `least`, stay as they are and the others are solved for anew. A budget is never exceeded: what
 * rounding leaves of it goes where it lowers the variance most.
 *
 * Source: Giles (2008), "Multilevel Monte Carlo path simulation", https://doi.org/10.1287/opre.1070.0496.
 *
 * @param levels Variances and costs.
 * @param target A budget or a tolerance.
 * @param options What is done, and the least.
 * @returns Whole numbers of samples.
 * @throws {RangeError} If a number breaks its rule, or the budget does not pay for what is done and `least`.
 * @throws {TypeError} If lengths differ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { allocate } from "@likely/multilevel";
 *
 * const levels = { variances: [1, 0.01], costs: [1, 100], single: { variance: 1, cost: 100 } };
 * const { counts, cost, gain } = allocate(levels, { budget: 20_000 });
 * assertEquals(counts, [10_000, 100]);
 * assertEquals([cost, gain], [20_000, 25]);
 * ```
 */
export function allocate(
  levels: LevelNumbers,
  target: AllocationTarget,
  options: AllocateOptions = {},
): Allocation {
  const { variances, costs, single } = levels;
  const { done = costs.map(() => 0), least = 32 } = options;
  requireLevels(levels, done, least);
  const floors = done.map((n) => Math.max(n, least));
  const counts = "budget" in target
    ? forBudget(levels, target.budget, floors)
    : forTolerance(levels, target, floors);
  const root = sum(variances, (v, l) => Math.sqrt(v * costs[l]!));
  return {
    counts,
    variance: sum(variances, (v, l) => v / counts[l]!),
    cost: sum(costs, (c, l) => c * counts[l]!),
    gain: single ? single.variance * single.cost / root ** 2 : NaN,
  };
}

const ACTION = "allocate runs";

function requireLevels(
  { variances, costs, single }: LevelNumbers,
  done: readonly number[],
  least: number,
): void {
  if (costs.length === 0) {
    throw new TypeError(`Cannot ${ACTION} as there must be a level at least: current number is 0`);
  }
  requireLength(ACTION, "variances", variances.length, costs.length);
  requireLength(ACTION, "done", done.length, costs.length);
  variances.forEach((v, l) => requireNonNegative(ACTION, `the variance of level ${l}`, v));
  costs.forEach((c, l) => requirePositive(ACTION, `the cost of level ${l}`, c));
  done.forEach((n, l) => requireInteger(ACTION, `what is done of level ${l}`, n, 0));
  requireInteger(ACTION, "least", least, 1);
  if (!single) return;
  requireNonNegative(ACTION, "the single level's variance", single.variance);
  requirePositive(ACTION, "the single level's cost", single.cost);
}
