// The adaptive driver: pilot, allocation, more samples, more levels.
// Source: Giles (2015), "Multilevel Monte Carlo methods", https://doi.org/10.1017/S096249291500001X, algorithm 1.

import { allocate } from "./allocate.ts";
import { doneOf, drawLevels, type LevelRun, spentOf, type Stop } from "./_level_run.ts";
import {
  biasOf,
  firstRates,
  type Known,
  knownBySequence,
  knownExactly,
  withNextLevel,
} from "./_mlmc_known.ts";
import type { MlmcPlan } from "./_mlmc_plan.ts";
import { moments } from "./moments.ts";

/** How a search ended. */
export interface Search {
  /** Why it ended early. */
  readonly stop: Stop | "failing" | undefined;
  /** Whether the bias of the finest level is too large and no level may be added. */
  readonly isBiased: boolean;
  /** Absent if it ended within the pilot. */
  readonly known: Known | undefined;
}

/** Fewest samples of a level that was added. */
const LEAST = 32;
/** Variances that change by less are taken for known. */
const SETTLED = 0.01;
/** Rounds of a budget; measured costs could go on for ever with ever fewer samples. */
const MOST_ROUNDS = 20;
/** The largest number of samples of a level. */
const MOST_ROWS = 2 ** 32;

/** Draws until the tolerance is met or the budget spent. */
export async function search(run: LevelRun, plan: MlmcPlan): Promise<Search> {
  const { sums } = run.state;
  let missing = Array.from(
    { length: plan.lowest + 1 },
    (_, l) => plan.pilot - (sums[l] ? doneOf(sums[l]) : 0),
  );
  let known: Known | undefined;
  let isBiased = false;
  for (let round = 0;; round++) {
    const before = sums.map(({ runs }) => runs);
    const stop = await drawLevels(run, missing);
    if (stop) return { stop, isBiased, known };
    const isStuck = round > 0 && !sums.some(({ runs }, l) => runs > (before[l] ?? 0));
    if (isStuck || sums.some(({ runs }) => runs < 2)) return { stop: "failing", isBiased, known };
    const levels = moments(sums, { weights: plan.weights });
    known = plan.exact ? knownExactly(levels, plan.weights) : knownBySequence(levels, plan.weights, {
      before: known?.rates ?? firstRates(plan.rates),
      given: plan.rates,
    });
    const next = nextOf(run, plan, known, round);
    ({ missing, isBiased } = next);
    if (missing.some((n) => n > MOST_ROWS)) return { stop: "exhausted", isBiased, known };
    if (!missing.some((n) => n > 0)) return { stop: undefined, isBiased, known };
  }
}

interface Next {
  readonly missing: number[];
  readonly isBiased: boolean;
}

function nextOf(run: LevelRun, plan: MlmcPlan, known: Known, round: number): Next {
  return plan.budget < Infinity ? nextForBudget(run, plan, known, round) : nextForTolerance(run, plan, known);
}

function nextForTolerance({ sampler, state: { sums } }: LevelRun, plan: MlmcPlan, known: Known): Next {
  const { tolerance, biasShare } = plan;
  const missingOf = (levels: Known) => {
    const done = levels.costs.map((_, l) => sums[l]?.runs ?? 0);
    const { counts } = allocate(levels, { tolerance, biasShare }, {
      done,
      least: Math.min(LEAST, plan.pilot),
    });
    return counts.map((n, l) => n - done[l]!);
  };
  const missing = missingOf(known);
  const isSettled = !missing.some((n, l) => n > SETTLED * sums[l]!.runs);
  if (plan.exact || !isSettled || biasOf(known) <= Math.sqrt(biasShare) * tolerance) {
    return { missing, isBiased: false };
  }
  if (sums.length > plan.highest) return { missing, isBiased: true };
  return { missing: missingOf(withNextLevel(known, sampler.costs?.[sums.length])), isBiased: false };
}

function nextForBudget(run: LevelRun, plan: MlmcPlan, known: Known, round: number): Next {
  const { sampler, state: { sums } } = run;
  const { costs } = known;
  const done = sums.map(({ runs }) => runs);
  // Sums of costs are rounded, and measured ones may be over the budget already.
  const fewest = costs.reduce((sum, cost, l) => sum + cost * done[l]!, 0);
  const { counts, variance } = allocate(known, { budget: Math.max(plan.budget, fewest) }, { done, least: 1 });
  const rest = plan.budget - spentOf(sums);
  const isBiased = !plan.exact && biasOf(known) > Math.sqrt(plan.biasShare / (1 - plan.biasShare) * variance);
  if (isBiased && sums.length <= plan.highest) {
    const { costs } = withNextLevel(known, sampler.costs?.[sums.length]);
    if (costs.at(-1)! * plan.pilot <= rest / 2) {
      return { missing: costs.map((_, l) => l < sums.length ? 0 : plan.pilot), isBiased: false };
    }
  }
  // Half of it first: variances of a pilot are rough, and what is drawn stays drawn.
  const share = round === 0 ? 0.5 : round < MOST_ROUNDS ? 1 : 0;
  return { missing: counts.map((n, l) => Math.ceil(share * (n - done[l]!))), isBiased };
}
