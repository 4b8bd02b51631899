/**
 * What accuracy costs.
 *
 * @module
 */

import { foldIn, type Key, type LevelComplexity } from "@likely/core";
import type { LevelSampler } from "./level_samples.ts";
import { mlmc } from "./mlmc.ts";
import type { MlmcOptions } from "./mlmc_options.ts";

/** Options of {@linkcode mlmcComplexity}: those of every run. */
export type MlmcComplexityOptions = Omit<MlmcOptions, "tolerance" | "budget" | "resume">;

/**
 * Runs multilevel Monte Carlo at several tolerances, each with samples of its own, and compares its cost with
 * what plain Monte Carlo at the same finest level would need: `Var P_L C_L / ((1 − biasShare) tolerance²)`.
 *
 * @param key The key of all runs.
 * @param sampler What to average.
 * @param tolerances Root mean squared errors, > 0.
 * @param options Of every run.
 * @returns One row a tolerance; `plotComplexity` draws them.
 * @throws {RangeError} If there is no tolerance, or as `mlmc`.
 * @throws {TypeError} As `mlmc`.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, foldIn, key, type Key, stream } from "@likely/core";
 * import { mlmcComplexity } from "@likely/multilevel";
 *
 * const sampler = {
 *   outputs: 1,
 *   levels: 2,
 *   costs: [1, 101],
 *   sample: (key: Key, level: number, n: number, first: number) => {
 *     const u = Float64Array.from({ length: n }, (_, i) => drawNormal(stream(foldIn(key, first + i))));
 *     const coarse = u.map((value) => 0.9 * value);
 *     return level === 0 ? { fine: coarse } : { fine: u, coarse };
 *   },
 * };
 * const [row] = await mlmcComplexity(key(1), sampler, [0.02], { exact: true });
 * assert(row!.saving > 10);
 * ```
 */
export async function mlmcComplexity(
  key: Key,
  sampler: LevelSampler,
  tolerances: readonly number[],
  options: MlmcComplexityOptions = {},
): Promise<LevelComplexity[]> {
  if (tolerances.length === 0) {
    throw new RangeError("Cannot compare costs as there must be a tolerance at least: current number is 0");
  }
  const { biasShare = options.exact ? 0 : 0.25 } = options;
  const rows: LevelComplexity[] = [];
  for (const [k, tolerance] of tolerances.entries()) {
    const { estimate, levels, cost } = await mlmc(foldIn(key, k), sampler, { ...options, tolerance });
    const top = levels.at(-1)!;
    const each = sampler.fineCosts?.[top.level] ?? top.cost;
    const singleCost = top.fineVariance * each / ((1 - biasShare) * tolerance ** 2);
    const counts = levels.map(({ runs, failed }) => runs + failed);
    rows.push({ tolerance, estimate, counts, cost, singleCost, saving: singleCost / cost });
  }
  return rows;
}
