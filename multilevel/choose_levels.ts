/**
 * Which levels are worth having.
 *
 * @module
 */

import { requireInteger, requireLength, requireNonNegative, requirePositive } from "@likely/core/check";

/** A choice of levels, and what it is worth. */
export interface LevelChoice {
  /** The levels to keep, from the cheapest to the finest, which is always among them. */
  readonly levels: number[];
  /** Variance of the correction of each: of the first one, of its value. */
  readonly variances: number[];
  /** Cost of a sample of each: above the first one, of a pair. */
  readonly costs: number[];
  /** How many times as much the finest level alone costs at equal variance; 1 where it is best alone. */
  readonly gain: number;
}

/**
 * Finds the best of all hierarchies that end at the finest level, by what an accuracy costs: the least
 * `(Σ √(V_k C_k))²`. With few levels of unlike simulators one that is hardly cheaper, or hardly alike, costs
 * more than it saves.
 *
 * @param variances From `jointVariances`, `[levels][levels]`: Var(P_j − P_i), on the diagonal Var P_i.
 * @param costs Of one run of each level alone, > 0.
 * @param pairs `[levels]`: of a pair of each level and the one below it, > 0, where one run gives both (a
 * coarse path within a fine one, say). Absent: both halves are paid, as they are where a level is left out.
 * @returns The best choice.
 * @throws {RangeError} If a variance is not ≥ 0, a cost not > 0, or there are more than 20 levels.
 * @throws {TypeError} If lengths differ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseLevels } from "@likely/multilevel";
 *
 * // The middle level costs nearly what the finest one does.
 * const variances = [[1, 0.02, 0.02], [0.02, 1, 0.01], [0.02, 0.01, 1]];
 * assertEquals(chooseLevels(variances, [1, 90, 100]).levels, [0, 2]);
 * ```
 */
export function chooseLevels(
  variances: readonly (readonly number[])[],
  costs: readonly number[],
  pairs?: readonly number[],
): LevelChoice {
  const action = "choose levels";
  requireInteger(action, "the number of levels", costs.length, 1, 20);
  requireLength(action, "variances", variances.length, costs.length);
  variances.forEach((row) => {
    requireLength(action, "a row of variances", row.length, costs.length);
    row.forEach((variance) => requireNonNegative(action, "a variance", variance));
  });
  costs.forEach((cost, l) => requirePositive(action, `the cost of level ${l}`, cost));
  if (pairs) requireLength(action, "pairs", pairs.length, costs.length);
  pairs?.forEach((cost, l) => requirePositive(action, `the cost of a pair of level ${l}`, cost));
  const top = costs.length - 1;
  const costOf = (l: number, below: number | undefined) => {
    if (below === undefined) return costs[l]!;
    return pairs && below === l - 1 ? pairs[l]! : costs[l]! + costs[below]!;
  };
  const single = variances[top]![top]! * costs[top]!;
  let [best, least] = [choiceOf([top], variances, costOf), single];
  for (let subset = 1; subset < 2 ** top; subset++) {
    const levels = costs.flatMap((_, l) => l === top || subset >> l & 1 ? [l] : []);
    const choice = choiceOf(levels, variances, costOf);
    const work = choice.variances.reduce((sum, v, k) => sum + Math.sqrt(v * choice.costs[k]!), 0) ** 2;
    if (work < least) [best, least] = [choice, work];
  }
  return { ...best, gain: single === least ? 1 : single / least };
}

function choiceOf(
  levels: number[],
  variances: readonly (readonly number[])[],
  costOf: (level: number, below: number | undefined) => number,
): Omit<LevelChoice, "gain"> {
  return {
    levels,
    variances: levels.map((l, k) => variances[levels[k - 1] ?? l]![l]!),
    costs: levels.map((l, k) => costOf(l, levels[k - 1])),
  };
}
