/**
 * A first look at levels.
 *
 * @module
 */

import type { Key, LevelMoments } from "@likely/core";
import { requireInteger, requireKey } from "@likely/core/check";
import { drawLevels } from "./_level_run.ts";
import { levelWarnings } from "./_mlmc_warnings.ts";
import { type LevelRates, levelRates } from "./level_rates.ts";
import type { LevelSampler } from "./level_samples.ts";
import type { LevelSums } from "./level_sums.ts";
import { moments, type MomentsOptions } from "./moments.ts";

/** Options of {@linkcode mlmcTable}. */
export interface MlmcTableOptions extends MomentsOptions {
  /**
   * Samples of each level, ≥ 2.
   *
   * @default 10_000
   */
  readonly samples?: number;
  /**
   * How many levels.
   *
   * @default {undefined} All that the sampler has, or 6.
   */
  readonly levels?: number;
}

/** Levels, with equally many samples of each. */
export interface MlmcTable {
  /** Moments of each. */
  readonly levels: readonly LevelMoments[];
  /** Rates as they are; NaN with fewer than three levels. */
  readonly rates: LevelRates;
  /** What may be wrong, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Runs equally many samples of each level and tells what to expect of multilevel Monte Carlo: how fast means
 * and variances of the corrections decay, what samples cost, and whether the levels are consistent. A `beta`
 * near 0 means that pairs are not coupled, a `check` above 1 that their coarse half is not the level below.
 *
 * @param key The key of the run; each level gets its own.
 * @param sampler What to look at.
 * @param options How many samples of how many levels.
 * @returns Moments, rates, warnings; `formatMlmcTable` prints them.
 * @throws {RangeError} If a number breaks its rule, or there are fewer levels.
 * @throws {TypeError} If samples are not what was asked for.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { mlmcTable } from "@likely/multilevel";
 *
 * const value = (level: number, n: number) => new Float64Array(n).map((_, i) => (i % 2) * 2 ** -level);
 * const { rates } = await mlmcTable(key(0), {
 *   outputs: 1,
 *   costs: [1, 2, 4, 8],
 *   sample: (_key, level, n) =>
 *     level === 0 ? { fine: value(0, n) } : { fine: value(level, n), coarse: value(level - 1, n) },
 * }, { levels: 4, samples: 100 });
 * assertEquals(rates, { alpha: 1, beta: 2, gamma: 1 });
 * ```
 */
export async function mlmcTable(
  key: Key,
  sampler: LevelSampler,
  options: MlmcTableOptions = {},
): Promise<MlmcTable> {
  const { samples = 10_000, levels: count = sampler.levels ?? 6 } = options;
  const action = "look at levels";
  requireKey(action, key);
  const most = Math.min(sampler.levels ?? 40, sampler.costs?.length ?? 40);
  requireInteger(action, "samples", samples, 2);
  requireInteger(action, "levels", count, 1, most);
  const sums: LevelSums[] = [];
  const state = { key, sums };
  const run = { sampler, state, budget: Infinity, chunkRows: 1024, signal: undefined, onProgress: undefined };
  await drawLevels(run, new Array<number>(count).fill(samples));
  const levels = moments(sums, options);
  const { weights = levels[0]!.mean.map(() => 1) } = options;
  return {
    levels,
    rates: levelRates(
      levels.map(({ mean }) => Math.sqrt(mean.reduce((sum, m, j) => sum + weights[j]! * m * m, 0))),
      levels.map(({ variance }) => variance),
      levels.map(({ cost }) => cost),
    ),
    warnings: levelWarnings(levels),
  };
}
