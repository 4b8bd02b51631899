/**
 * Multilevel Monte Carlo.
 *
 * @module
 */

import type { Key, LevelMoments } from "@likely/core";
import { type LevelRun, spentOf } from "./_level_run.ts";
import { biasOf } from "./_mlmc_known.ts";
import { type MlmcPlan, planOf } from "./_mlmc_plan.ts";
import { type Search, search } from "./_mlmc_search.ts";
import { gainWarnings, levelWarnings, short } from "./_mlmc_warnings.ts";
import type { LevelSampler } from "./level_samples.ts";
import type { MlmcOptions } from "./mlmc_options.ts";
import type { MlmcResult } from "./mlmc_result.ts";
import { moments } from "./moments.ts";

/**
 * Estimates the mean of a quantity at the finest of several levels by `Σ mean(P_l − P_{l−1})`: many cheap
 * samples, and few expensive ones of corrections that vary little. A pilot measures the levels, numbers of
 * samples follow from `allocate`, and levels are added until the bias that is left, as the last corrections
 * foretell it, is within its share of the tolerance. With a budget instead, all of it is spent, and levels are
 * added while their bias is more than its share of the error.
 *
 * What goes wrong on the way is told in `warnings`, and what was simulated is always in `state`.
 *
 * Source: Giles (2008), "Multilevel Monte Carlo path simulation", https://doi.org/10.1287/opre.1070.0496;
 * Giles (2015), https://doi.org/10.1017/S096249291500001X, algorithm 1.
 *
 * @param key The key of the run; each level gets its own.
 * @param sampler What to average.
 * @param options A tolerance or a budget, at least.
 * @returns The estimate and its error, in the unit of the quantity.
 * @throws {TypeError} If there is not either a tolerance or a budget, lengths differ, or samples are not what
 * was asked for.
 * @throws {RangeError} If a number breaks its rule, the budget does not pay for the pilot, or what is resumed
 * began with another key.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, foldIn, key, type Key, stream } from "@likely/core";
 * import { mlmc } from "@likely/multilevel";
 *
 * // The mean of exp(z / 2) by series of ever more terms; each level costs twice the one below.
 * const series = (z: number, terms: number) => {
 *   let [sum, term] = [1, 1];
 *   for (let k = 1; k <= terms; k++) sum += term *= z / 2 / k;
 *   return sum;
 * };
 * const sampler = {
 *   outputs: 1,
 *   costs: [1, 3, 6, 12, 24, 48],
 *   sample: (key: Key, level: number, n: number, first: number) => {
 *     const z = Float64Array.from({ length: n }, (_, i) => drawNormal(stream(foldIn(key, first + i))));
 *     const fine = z.map((value) => series(value, 1 + level));
 *     return level === 0 ? { fine } : { fine, coarse: z.map((value) => series(value, level)) };
 *   },
 * };
 * const { estimate, error } = await mlmc(key(1), sampler, { tolerance: 0.02 });
 * assert(error < 0.02 && Math.abs(estimate[0]! - Math.exp(1 / 8)) < 0.06);
 * ```
 */
export async function mlmc(key: Key, sampler: LevelSampler, options: MlmcOptions): Promise<MlmcResult> {
  const plan = planOf(key, sampler, options);
  const { signal, onProgress, resume } = options;
  const run: LevelRun = {
    sampler,
    // A copy: the state that was handed over is still that of the run before.
    state: { key, sums: structuredClone(resume?.sums ?? []).slice() },
    budget: plan.budget,
    chunkRows: plan.chunkRows,
    signal,
    onProgress,
  };
  return resultOf(run, plan, await search(run, plan));
}

function resultOf({ sampler, state }: LevelRun, plan: MlmcPlan, end: Search): MlmcResult {
  const levels = moments(state.sums, { weights: plan.weights });
  const empty = levels.findIndex(({ runs }) => runs === 0);
  // Without its finest levels it is the estimate of a coarser one.
  const used = empty < 0 ? levels : levels.slice(0, empty);
  const total = (of: (level: LevelMoments) => number) =>
    used.length === 0 ? NaN : used.reduce((sum, level) => sum + of(level), 0);
  const outputs = Array.from({ length: sampler.outputs }, (_, j) => j);
  const gain = gainOf(sampler, used);
  const bias = plan.exact ? 0 : end.known ? biasOf(end.known) : NaN;
  const { alpha, beta, gamma } = { alpha: NaN, beta: NaN, gamma: NaN, ...end.known?.rates };
  return {
    estimate: outputs.map((j) => total(({ mean }) => mean[j]!)),
    error: Math.sqrt(total(({ variance, runs }) => variance / runs)),
    errors: outputs.map((j) => Math.sqrt(total(({ variances, runs }) => variances[j]! / runs))),
    bias,
    reached: end.known !== undefined && (end.stop === undefined || end.stop === "spent") && !end.isBiased,
    levels,
    rates: { alpha, beta, gamma },
    samples: levels.reduce((sum, { runs, failed }) => sum + runs + failed, 0),
    cost: spentOf(state.sums),
    gain,
    warnings: [
      ...levelWarnings(levels),
      ...endWarnings(end, bias, used.length - 1),
      ...missingWarnings(levels, used.length, plan.lowest),
      ...gainWarnings(gain, used.length - 1),
    ],
    state,
  };
}

function gainOf({ fineCosts }: LevelSampler, levels: readonly LevelMoments[]): number {
  const top = levels.at(-1);
  if (!top) return NaN;
  const root = levels.reduce((sum, { variance, cost }) => sum + Math.sqrt(variance * cost), 0);
  return top.fineVariance * (fineCosts?.[levels.length - 1] ?? top.cost) / root ** 2;
}

function endWarnings({ stop, isBiased, known }: Search, bias: number, top: number): string[] {
  const found = [
    isBiased && `the bias of the finest level, ${top}, is about ${short(bias)}: more levels are needed`,
    stop === "spent" && !known && "the budget was spent before the pilot was complete",
    stop === "aborted" && "the run was stopped: resume it with its state",
    stop === "exhausted" && "the tolerance needs more samples of a level than there are, 2^32",
    stop === "failing" && "the run was ended, as samples of a level fail",
  ];
  return found.flatMap((text) => text ? [text] : []);
}

function missingWarnings(levels: readonly LevelMoments[], used: number, lowest: number): string[] {
  const wanted = Math.max(levels.length, lowest + 1);
  if (used === wanted) return [];
  const first = used === wanted - 1 ? `level ${used} has` : `levels ${used} to ${wanted - 1} have`;
  return [
    `${first} no samples: ${
      used === 0 ? "there is no estimate" : `the estimate is that of level ${used - 1}`
    }`,
  ];
}
