// Optimal numbers of samples, N_l proportional to √(V_l / C_l) but for their floors, as whole numbers.

import { requirePositive } from "@likely/core/check";
import type { AllocationTarget, LevelNumbers } from "./allocation.ts";
import { spendRest } from "./_spend_rest.ts";

const ACTION = "allocate runs";

/** All that a budget buys. */
export function forBudget(levels: LevelNumbers, budget: number, floors: readonly number[]): number[] {
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

/** The cheapest way to a tolerance. */
export function forTolerance(
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

/** Of what a function makes of values. */
export function sum(values: readonly number[], of: (value: number, l: number) => number): number {
  return values.reduce((total, value, l) => total + of(value, l), 0);
}
