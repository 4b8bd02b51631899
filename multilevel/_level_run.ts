// Samples of a level, chunk by chunk, into its sums.

import { foldIn } from "@likely/core";
import { requireNonNegative } from "@likely/core/check";
import { addSamples } from "./add_samples.ts";
import type { LevelSampler, LevelSamples } from "./level_samples.ts";
import { type LevelSums, levelSums } from "./level_sums.ts";
import type { MlmcProgress, MlmcState } from "./mlmc_result.ts";

/** A run under way. */
export interface LevelRun {
  readonly sampler: LevelSampler;
  readonly state: MlmcState & { readonly sums: LevelSums[] };
  /** What may be spent in all. */
  readonly budget: number;
  readonly chunkRows: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: MlmcProgress) => void) | undefined;
}

/** Why no more was drawn. */
export type Stop = "aborted" | "spent" | "exhausted";

/** Rows have numbers below this one. */
const MOST_ROWS = 2 ** 32;
/** How long, in milliseconds, nobody else may have a turn. */
const PATIENCE = 50;

/** Draws so many more samples of each level; undefined if all were drawn. */
export async function drawLevels(run: LevelRun, missing: readonly number[]): Promise<Stop | undefined> {
  const { sums } = run.state;
  const wanted = missing.map((n, l) => doneOf(sums[l] ?? levelSums(l, run.sampler.outputs)) + Math.max(0, n));
  for (let level = 0; level < missing.length; level++) {
    sums[level] ??= levelSums(level, run.sampler.outputs);
    const stop = await drawLevel(run, level, wanted);
    if (stop) return stop;
  }
  return undefined;
}

async function drawLevel(run: LevelRun, level: number, wanted: readonly number[]): Promise<Stop | undefined> {
  const { sampler, state, signal, onProgress } = run;
  const sums = state.sums[level]!;
  const key = foldIn(state.key, level);
  let turn = performance.now();
  for (let rest = wanted[level]! - doneOf(sums); rest > 0; rest = wanted[level]! - doneOf(sums)) {
    if (signal?.aborted) return "aborted";
    const first = doneOf(sums);
    const n = Math.min(rest, run.chunkRows, affordable(run, level));
    if (n <= 0) return "spent";
    if (first + n > MOST_ROWS) return "exhausted";
    const start = performance.now();
    const drawn = sampler.sample(key, level, n, first);
    const samples = drawn instanceof Promise ? await drawn : drawn;
    const cost = costOf(sampler, { level, n, samples, seconds: (performance.now() - start) / 1000 });
    requireRows(sampler, level, n, samples);
    addSamples(sums, { ...samples, cost });
    onProgress?.({
      level,
      done: state.sums.map(doneOf),
      wanted,
      cost: spentOf(state.sums),
      state,
    });
    if (signal && performance.now() - turn > PATIENCE) {
      // A signal is heard only when others have their turn.
      await new Promise((resolve) => setTimeout(resolve));
      turn = performance.now();
    }
  }
  return undefined;
}

/** Samples drawn, failed ones included. */
export function doneOf({ runs, failed }: LevelSums): number {
  return runs + failed;
}

/** What all samples cost. */
export function spentOf(sums: readonly LevelSums[]): number {
  return sums.reduce((total, { cost }) => total + cost, 0);
}

/** Where costs are declared a budget is never exceeded; measured ones are known too late for the last chunk. */
function affordable({ sampler, budget, state }: LevelRun, level: number): number {
  if (budget === Infinity) return Infinity;
  const sums = state.sums[level]!;
  const each = sampler.costs?.[level] ?? (sums.cost > 0 ? sums.cost / doneOf(sums) : 0);
  const rest = budget - spentOf(state.sums);
  // Sums of costs are rounded.
  return each === 0 ? (rest > 0 ? Infinity : 0) : Math.floor(rest / each + 1e-9);
}

interface Batch {
  readonly level: number;
  readonly n: number;
  readonly samples: LevelSamples;
  readonly seconds: number;
}

function costOf({ costs }: LevelSampler, { level, n, samples, seconds }: Batch): number {
  const cost = samples.cost ?? (costs ? n * costs[level]! : seconds);
  requireNonNegative(`use samples of level ${level}`, "their cost", cost);
  return cost;
}

function requireRows({ outputs }: LevelSampler, level: number, n: number, { fine }: LevelSamples): void {
  if (fine.length === n * outputs) return;
  throw new TypeError(
    `Cannot use samples of level ${level} as fine must have length ${
      n * outputs
    }, ${n} rows of ${outputs}: ` +
      `current length is ${fine.length}`,
  );
}
