/**
 * Simulations of several levels: what telescoped losses are trained on.
 *
 * @module
 */

import type { Points, Prior, PriorSpec } from "@likely/core";

/** What was simulated of one level; above the lowest, pairs with the level below on the same random numbers. */
export interface LevelRows {
  /** `[n, d]`. */
  readonly theta: Points;
  /** `[n, p]`: of the level itself. */
  readonly fine: Points;
  /** `[n, p]`: of the level below, the same θ and random numbers; absent at the lowest. */
  readonly coarse?: Points;
  /** Pairs that failed, on either side, and were left out. */
  readonly failed: number;
}

/** Levels from the cheapest to the most exact; all runs are independent of each other but for pairs. */
export interface LevelPairs {
  /** The simulator's name. */
  readonly simulator: string;
  /** The prior that all θ were drawn from, or its spec. */
  readonly prior: Prior | PriorSpec;
  /** One for each level. */
  readonly levels: readonly LevelRows[];
  /** Cost of one row of each: of a pair, above the lowest level. Declared, or measured in seconds. */
  readonly costs: readonly number[];
}

/**
 * What was spent.
 *
 * @param pairs What was simulated, failed pairs included.
 * @returns The sum over levels, in the unit of the costs.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { type LevelPairs, totalCost } from "@likely/multilevel";
 *
 * const rows = fromRows([[1], [2]]);
 * const level = { theta: rows, fine: rows, failed: 1 };
 * assertEquals(totalCost({ levels: [level, level], costs: [1, 10] } as unknown as LevelPairs), 33);
 * ```
 */
export function totalCost({ levels, costs }: LevelPairs): number {
  return levels.reduce((sum, { theta, failed }, l) => sum + (theta.n + failed) * costs[l]!, 0);
}
