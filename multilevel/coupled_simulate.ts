/**
 * Simulating several levels, coupled.
 *
 * @module
 */

import {
  type AnySimulator,
  foldIn,
  isAsync,
  type Key,
  loadSimulator,
  type Prior,
  simulate,
  type SimulateOptions,
  type SimulationProgress,
  type SimulationSource,
  type SimulatorModule,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { apart, levelSimulator, pairModule, requireLevels } from "./_pair_simulator.ts";
import { levelFolder } from "./_level_folder.ts";
import type { LevelPairs, LevelRows } from "./level_pairs.ts";

/** Options of {@linkcode coupledSimulate}: those of `simulate`, but for scores and proposals. */
export interface CoupledSimulateOptions
  extends Pick<SimulateOptions, "workers" | "path" | "chunkRows" | "shard" | "signal"> {
  /** Told after each chunk. */
  readonly onProgress?: (progress: LevelProgress) => void;
}

/** How far a level has come. */
export interface LevelProgress extends SimulationProgress {
  /** Which one. */
  readonly level: number;
}

/**
 * Simulates level 0 `counts[0]` times and every higher level `counts[l]` times beside the one below, on the
 * same θ and random numbers; all else is independent. A pair of which one side fails has failed, and is
 * counted at its level.
 *
 * Row i of a level follows from the key, the level and i alone: it is the same on any number of workers, and
 * more rows can be asked for later. With `path` level l is kept in the folder `level<l>` there, as it comes;
 * the same call takes up what is there. With `shard` this machine makes, and returns, its part of every level;
 * folders of shards are merged level by level.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator with levels, or the module of one, for workers.
 * @param counts `[L + 1]`: rows of each level, failed ones included, each ≥ 1.
 * @param options Workers, storage, progress.
 * @returns The 2 L + 1 arrays of the telescoping sum, and what a row of each level costs: as declared, of
 * pairs the sum of both unless one run gives both; measured in seconds where a level declares none.
 * @throws {TypeError} If the simulator has no levels, they differ in width, counts are not one for each, or a
 * shard is wanted of levels that do not declare their cost.
 * @throws {RangeError} If a count is not a whole number ≥ 1, or smaller than the number of shards; or as
 * `simulate`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, leveled, normal } from "@likely/core";
 * import { coupledSimulate } from "@likely/multilevel";
 *
 * const half = { cost: 1, simulate: (_: unknown, [a]: Float64Array) => [a! / 2] };
 * const whole = { cost: 5, simulate: (_: unknown, [a]: Float64Array) => [a!] };
 * const source = {
 *   prior: independent({ a: normal(0, 1) }),
 *   simulator: leveled({ name: "half", thetaDim: 1, xDim: 1, levels: [half, whole] }),
 * };
 * const { levels: [, top], costs } = await coupledSimulate(key(0), source, [100, 10]);
 * assertEquals(top!.fine.data, top!.coarse!.data.map((value) => 2 * value));
 * assertEquals(costs, [1, 6]);
 * ```
 */
export async function coupledSimulate(
  key: Key,
  source: SimulationSource | SimulatorModule,
  counts: readonly number[],
  options: CoupledSimulateOptions = {},
): Promise<LevelPairs> {
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const levels = requireLevels(simulator);
  requireLength("simulate by levels", "counts", counts.length, levels.length);
  counts.forEach((n, l) => requireInteger("simulate by levels", `counts[${l}]`, n, 1));
  const { shard } = options;
  // Before any level is simulated.
  if (shard) counts.forEach((n) => requireInteger("simulate a shard of levels", "shard.of", shard.of, 1, n));
  const declared = declaredCosts(simulator);
  if (shard && declared === undefined) {
    throw new TypeError(
      "Cannot simulate a shard of levels as all levels must declare their cost: measured ones would differ " +
        "from machine to machine",
    );
  }
  const costs = declared ??
    await measuredCosts(foldIn(key, counts.length), { prior: prior!, simulator });
  const rows: LevelRows[] = [];
  for (const [l, n] of counts.entries()) {
    const { path, onProgress, ...rest } = options;
    const { theta, x, failed } = await simulate(
      foldIn(key, l),
      ofLevel(source, { prior: prior!, simulator }, l),
      n,
      {
        ...rest,
        ...(path !== undefined && { path: levelFolder(path, l) }),
        level: { of: simulator.name, number: l, cost: costs[l]! },
        ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, level: l }) }),
      },
    );
    const sides = l === 0 ? { fine: x } : apart(x);
    rows[l] = { theta, ...sides, failed };
  }
  return { simulator: simulator.name, prior: prior!, levels: rows, costs };
}

/** Rows that are timed, and how long at least, where a level declares no cost. */
const TIMED_ROWS = 4;
const TIMED_SECONDS = 0.05;

/** Seconds of a row of each level, called from this thread. */
async function measuredCosts(key: Key, { prior, simulator }: Loaded): Promise<number[]> {
  const costs: number[] = [];
  for (const l of requireLevels(simulator).keys()) {
    const own = levelSimulator(simulator, l);
    const theta = prior.sample(key, TIMED_ROWS);
    const once = (first: number) =>
      isAsync(own) ? own.simulateAsync(key, theta, { first }) : own.simulate(key, theta, first);
    await once(0);
    const start = performance.now();
    let [rows, seconds] = [0, 0];
    while (seconds < TIMED_SECONDS) {
      await once(rows);
      rows += TIMED_ROWS;
      seconds = (performance.now() - start) / 1000;
    }
    costs.push(seconds / rows);
  }
  return costs;
}

/**
 * What a row of each level costs where all levels declare it: of a pair the sum of both, or the finer one
 * alone where one run gives both.
 *
 * @param simulator A simulator with levels.
 * @returns `[L + 1]`, or `undefined` where a level declares none.
 * @throws {TypeError} If the simulator has no levels.
 */
export function declaredCosts(simulator: AnySimulator): number[] | undefined {
  const levels = requireLevels(simulator);
  const costs = levels.map((level, l) => {
    const { cost } = level;
    const alone = l === 0 || "simulatePair" in level && level.simulatePair !== undefined;
    const below = alone ? 0 : levels[l - 1]!.cost;
    return cost === undefined || below === undefined ? NaN : cost + below;
  });
  return costs.some(Number.isNaN) ? undefined : costs;
}

interface Loaded {
  readonly prior: Prior;
  readonly simulator: AnySimulator;
}

/** A level by itself: by module where workers are to import it. */
function ofLevel(
  source: SimulationSource | SimulatorModule,
  { prior, simulator }: Loaded,
  level: number,
): SimulationSource | SimulatorModule {
  if (!("module" in source)) return { prior, simulator: levelSimulator(simulator, level) };
  const { prior: _, module, ...named } = source;
  return {
    module: import.meta.resolve("./_pair_simulator.ts"),
    export: pairModule.name,
    argument: { source: { ...named, module: String(module) }, level },
    prior,
  };
}
