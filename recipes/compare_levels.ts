/**
 * Whether levels pay, told by surrogates that were trained.
 *
 * @module
 */

import {
  drawPermutation,
  foldIn,
  gatherRows,
  type Key,
  mean,
  mseDistance,
  type Points,
  split,
  stream,
} from "@likely/core";
import { requireColumns, requireInteger, requireKey, requireOptions } from "@likely/core/check";
import type { LevelPairs, LevelRows } from "@likely/multilevel";
import { COMPARE_LEVELS } from "./_option_names.ts";
import { IN_NATS, meanAndError, squaredErrors } from "./_judge.ts";
import { defaultEngine } from "./default_engine.ts";
import { LEVELS_MODES, type LevelsMode } from "./levels_mode.ts";
import type { TrainLevelsOptions } from "./levels_training.ts";
import { trainLevels } from "./train_levels.ts";

/** Options of {@linkcode compareLevels}: what is compared, and those of every training. */
export interface CompareLevelsOptions extends
  Omit<
    TrainLevelsOptions,
    "mode" | "onProgress" | "onCheckpoint" | "checkpointEvery" | "resume" | "signal"
  > {
  /** Ways to use levels. @default {LEVELS_MODES} */
  readonly modes?: readonly LevelsMode[];
  /**
   * Runs of the finest level alone, as many as the same money buys: what levels have to beat.
   *
   * @default {undefined} The fine rows of the pairs stand in for it, though they cost less.
   */
  readonly alone?: { readonly theta: Points; readonly x: Points };
  /**
   * Parts of the highest level's pairs, of which each is set aside once, ≥ 2.
   *
   * @default {5}
   */
  readonly folds?: number;
  /** Called after every training. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** How one way of training did. */
export interface ComparedTraining {
  /** The mode, or the runs of the finest level alone. */
  readonly name: LevelsMode | "alone";
  /**
   * Mean over all fine rows of the highest level, none of which its network has seen: the log density in nats,
   * for ratios of telling a pair from another; for costs minus the squared error over its variance. The more
   * the better.
   */
  readonly score: number;
  /** How far it is behind the best, row by row where both have a density, and the standard error of that. */
  readonly behind: { readonly mean: number; readonly error: number };
  /** Trainings that had something to warn of, of all folds. */
  readonly warned: number;
}

/** What a comparison found. */
export interface LevelsComparison {
  /** The best first. */
  readonly trainings: readonly ComparedTraining[];
  /** Fine rows that judged. */
  readonly rows: number;
  /** In words. */
  readonly text: string;
}

/**
 * Trains in every mode on the same pairs, and on runs of the finest level alone, and judges all of them by
 * fine rows of the highest level that were set aside, fold by fold.
 *
 * @param key The key to consume.
 * @param pairs What was simulated, see `coupledSimulate`.
 * @param options Modes, the runs to compare with, training.
 * @returns Scores, the best first.
 * @throws {TypeError | RangeError} If options or data do not fit together.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareLevels, coupledSimulate, key, ornsteinUhlenbeck } from "@likely/sbi";
 *
 * const pairs = await coupledSimulate(key(0), ornsteinUhlenbeck(), [400, 40]);
 * const { trainings, rows } = await compareLevels(key(1), pairs, {
 *   modes: ["weighted", "fine"],
 *   folds: 2,
 *   steps: 40,
 * });
 * assertEquals([trainings.length, rows], [2, 40]);
 * ```
 */
export async function compareLevels(
  key: Key,
  pairs: LevelPairs,
  options: CompareLevelsOptions = {},
): Promise<LevelsComparison> {
  requireKey("compare trainings on levels", key);
  requireOptions<CompareLevelsOptions>("compare trainings on levels", options, COMPARE_LEVELS);
  const { modes = LEVELS_MODES, alone, folds = 5, onProgress, ...training } = options;
  const top = pairs.levels.at(-1)!;
  const { n } = top.theta;
  requireInteger("compare trainings on levels", "the number of modes", modes.length, 1);
  requireInteger("compare trainings on levels", "folds", folds, 2, n);
  const finest = alone && finestOf(pairs, alone);
  const [forRows, forTraining] = split(key, 2);
  const order = drawPermutation(stream(forRows), n);
  const parts = Array.from({ length: folds }, (_, f) => order.filter((_, k) => k % folds === f));
  const total = modes.length * folds + (alone ? 1 : 0);
  let done = 0;
  const found: Unranked[] = [];
  const tell = () => onProgress?.({ done: ++done, total });
  for (const mode of modes) {
    const scores = new Float64Array(n);
    let warned = 0;
    for (const [f, part] of parts.entries()) {
      const aside = new Set(part);
      const kept = order.filter((row) => !aside.has(row)).sort();
      const seen = { ...pairs, levels: [...pairs.levels.slice(0, -1), rowsOf(top, kept)] };
      const trained = await trainLevels(foldIn(forTraining, f), seen, { ...training, mode });
      const judged = await judge(trained.artifact, rowsOf(top, part), training);
      part.forEach((row, k) => scores[row] = judged[k]!);
      if (trained.warnings.length > 0) warned++;
      tell();
    }
    found.push({ name: mode, scores, warned });
  }
  if (finest) {
    const { artifact, warnings } = await trainLevels(forTraining, finest, { ...training, mode: "fine" });
    found.push({
      name: "alone",
      scores: await judge(artifact, top, training),
      warned: Math.min(1, warnings.length),
    });
    tell();
  }
  const trainings = ranked(found);
  return { trainings, rows: n, text: inWords(trainings, alone?.theta.n) };
}

interface Unranked extends Pick<ComparedTraining, "name" | "warned"> {
  readonly scores: Float64Array;
}

function rowsOf({ theta, fine, coarse }: LevelRows, rows: Uint32Array): LevelRows {
  return {
    theta: gatherRows(theta, rows),
    fine: gatherRows(fine, rows),
    ...(coarse && { coarse: gatherRows(coarse, rows) }),
    failed: 0,
  };
}

/** Rows of the finest level, as pairs of which only the fine half is used. */
function finestOf(
  pairs: LevelPairs,
  { theta, x }: { readonly theta: Points; readonly x: Points },
): LevelPairs {
  const action = "compare trainings on levels";
  const [lowest] = pairs.levels as readonly [LevelRows];
  requireColumns(action, "theta of alone", theta, lowest.theta.dim);
  requireColumns(action, "x of alone", x, lowest.fine.dim);
  requireInteger(action, "rows of x of alone", x.n, theta.n, theta.n);
  const rows = { theta, fine: x, failed: 0 };
  return { ...pairs, levels: [rows, { ...rows, coarse: x }], costs: [1, 1] };
}

async function judge(
  artifact: Parameters<typeof IN_NATS.scores>[0],
  { theta, fine: x }: LevelRows,
  { engine = defaultEngine(), distance = mseDistance() }: TrainLevelsOptions,
): Promise<Float64Array> {
  const held = { theta, x, failedTheta: undefined, failing: 0 };
  if (artifact.kind !== "cost") return await IN_NATS.scores(artifact, held, engine);
  const wanted = distance.between(
    x,
    gatherRows(x, Uint32Array.from({ length: x.n }, (_, i) => (i + 1) % x.n)),
  );
  const centre = mean(wanted);
  const variance = mean(wanted.map((cost) => (cost - centre) ** 2));
  return (await squaredErrors(artifact, held, engine, distance)).map((error) => -error / variance);
}

function ranked(found: readonly Unranked[]): ComparedTraining[] {
  const sorted = found.map((one) => ({ ...one, score: mean(one.scores) })).sort((a, b) => b.score - a.score);
  const [best] = sorted as [typeof sorted[number]];
  return sorted.map(({ name, scores, score, warned }) => ({
    name,
    score,
    behind: meanAndError(best.scores.map((value, i) => value - scores[i]!).filter(Number.isFinite)),
    warned,
  }));
}

/** Standard errors from which a difference is one. */
const CLEAR = 2;

function inWords(trainings: readonly ComparedTraining[], alone: number | undefined): string {
  const { name } = trainings[0]!;
  const rival = trainings.find(({ name }) => name === (alone === undefined ? "fine" : "alone"));
  const other = alone === undefined
    ? "the fine rows of the pairs alone"
    : `${alone} runs of the finest level alone`;
  if (!rival) return `${name} is best; there is nothing of the finest level alone to compare it with`;
  if (rival.name === name) return `Use the finest level alone: no way to use levels is better than ${other}`;
  const { mean, error } = rival.behind;
  const by = `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
  return mean > CLEAR * error
    ? `Use ${name}: it is ahead of ${other} by ${by}`
    : `${name} is ahead of ${other} by ${by} only: within the error of so few rows`;
}
