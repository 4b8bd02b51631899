/**
 * What coupled samples cost.
 *
 * @module
 */

import { requirePositive } from "@likely/core/check";

/**
 * Computes the cost of one coupled sample of each level, where both halves are simulated: that of the level
 * and of the one below.
 *
 * @param costs Of one run of each level, > 0.
 * @returns `[costs.length]`.
 * @throws {RangeError} If a cost is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pairCosts } from "@likely/multilevel";
 *
 * assertEquals(pairCosts([50, 80, 300]), [50, 130, 380]);
 * ```
 */
export function pairCosts(costs: readonly number[]): number[] {
  costs.forEach((cost, l) => requirePositive("add costs", `the cost of level ${l}`, cost));
  return costs.map((cost, l) => cost + (costs[l - 1] ?? 0));
}

/**
 * Computes what a hierarchy of coupled samples costs, where both halves of a pair are simulated.
 *
 * @param counts Samples of each level.
 * @param costs Of one run of each level, > 0.
 * @returns The sum, in the unit of `costs`.
 * @throws {RangeError} If a cost is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hierarchyCost } from "@likely/multilevel";
 *
 * const cost = hierarchyCost([10_000, 500, 100], [50, 80, 300]);
 * assertEquals(cost, 603_000);
 * // Plain Monte Carlo with the finest level has so many runs for it.
 * assertEquals(Math.floor(cost / 300), 2010);
 * ```
 */
export function hierarchyCost(counts: readonly number[], costs: readonly number[]): number {
  return pairCosts(costs).reduce((sum, cost, l) => sum + cost * (counts[l] ?? 0), 0);
}
