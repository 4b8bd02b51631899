/**
 * How many samples of each level to draw.
 *
 * @module
 */

import { requireInteger, requireLength, requireNonNegative, requirePositive } from "@likely/core/check";
import { spendRest } from "./_spend_rest.ts";

/** What is known of the levels. */
export interface LevelNumbers {
  /** Variance of the correction of each level, ≥ 0. */
  readonly variances: readonly number[];
  /** Cost of one sample of each level, > 0, both halves of a pair. */
  readonly costs: readonly number[];
  /** The finest level without the others: variance and cost of one run, for the gain. */
  readonly single?: { readonly variance: number; readonly cost: number };
}

/** What to reach: all that a budget buys, or a root mean squared error for as little as possible. */
export type AllocationTarget =
  | {
    /** In the unit of the costs, > 0; samples that are done count. */
    readonly budget: number;
  }
  | {
    /** Root mean squared error, > 0. */
    readonly tolerance: number;
    /**
     * Share of the mean squared error left to the bias of the finest level, in [0, 1): 0 where that level
     * is the truth.
     *
     * @default {0.25}
     */
    readonly biasShare?: number;
  };

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

/** Samples of each level, and what they are worth. */
export interface Allocation {
  /** Samples of each level, those that are done included. */
  readonly counts: number[];
  /** Variance of the estimate, `Σ V_l / N_l`. */
  readonly variance: number;
  /** Cost of all samples. */
  readonly cost: number;
  /**
   * How many times as much plain Monte Carlo with the finest level costs at equal variance, before numbers
   * are rounded; at 1 and below, do without levels. NaN where `single` is not known.
   */
  readonly gain: number;
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

function forBudget(levels: LevelNumbers, budget: number, floors: readonly number[]): number[] {
  requirePositive(ACTION, "budget", budget);
  const { variances, costs } = levels;
  const fewest = sum(costs, (c, l) => c * floors[l]!);
  if (fewest > budget) {
    throw new RangeError(
      `Cannot ${ACTION} as budget must be >= ${fewest}, the cost of the fewest samples: current value is ${budget}`,
    );
  }
  const exact = solve(levels, floors, (isFixed) => {
    const rest = budget - sum(costs, (c, l) => isFixed[l] ? c * floors[l]! : 0);
    return rest / sum(variances, (v, l) => isFixed[l] ? 0 : Math.sqrt(v * costs[l]!));
  });
  // Division may end just below a whole number.
  const counts = exact.map((n, l) => Math.max(floors[l]!, Math.floor(n * (1 + 1e-14))));
  return spendRest(levels, counts, budget);
}

function forTolerance(
  levels: LevelNumbers,
  { tolerance, biasShare = 0.25 }: Extract<AllocationTarget, { readonly tolerance: number }>,
  floors: readonly number[],
): number[] {
  requirePositive(ACTION, "tolerance", tolerance);
  if (!(biasShare >= 0 && biasShare < 1)) {
    throw new RangeError(`Cannot ${ACTION} as biasShare must be in [0, 1): current value is ${biasShare}`);
  }
  const { variances, costs } = levels;
  const exact = solve(levels, floors, (isFixed) => {
    const rest = (1 - biasShare) * tolerance ** 2 - sum(variances, (v, l) => isFixed[l] ? v / floors[l]! : 0);
    return sum(variances, (v, l) => isFixed[l] ? 0 : Math.sqrt(v * costs[l]!)) / rest;
  });
  return exact.map((n) => Math.ceil(n * (1 - 1e-14)));
}

/** N_l = scale · √(V_l / C_l), or its floor where that is more: each one fixed changes the scale of the rest. */
function solve(
  { variances, costs }: LevelNumbers,
  floors: readonly number[],
  scaleOf: (isFixed: readonly boolean[]) => number,
): number[] {
  const isFixed = variances.map((v) => v === 0);
  for (;;) {
    const scale = isFixed.every(Boolean) ? 0 : scaleOf(isFixed);
    const counts = variances.map((v, l) => isFixed[l] ? floors[l]! : scale * Math.sqrt(v / costs[l]!));
    const short = counts.map((n, l) => !isFixed[l] && n < floors[l]!);
    if (!short.some(Boolean)) return counts;
    short.forEach((is, l) => isFixed[l] ||= is);
  }
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

function sum(values: readonly number[], of: (value: number, l: number) => number): number {
  return values.reduce((total, value, l) => total + of(value, l), 0);
}
