/**
 * Local classifier two-sample test: is the posterior right at this observation?
 *
 * @module
 */

import {
  drawUniform,
  foldIn,
  gatherRows,
  type Key,
  type Points,
  row,
  split,
  stream,
  zeros,
} from "@likely/core";
import type { CalibrationRun } from "./calibration_run.ts";
import {
  requireColumns,
  requireFinite,
  requireFraction,
  requireInteger,
  requireLength,
  requireRows,
} from "@likely/core/check";
import { type ClassifierTrainer, type Classify, mlpClassifier } from "./classifier.ts";
import { stacked, standardBy } from "./_standard_rows.ts";

/** What {@linkcode lc2st} is asked about. */
export interface Lc2stObservation {
  /** `[p]`: the observation. */
  readonly x: ArrayLike<number>;
  /** `[n, d]`: posterior draws for it; a thousand will do. */
  readonly draws: Points;
}

/** Options of {@linkcode lc2st}. */
export interface Lc2stOptions {
  /**
   * Classifiers trained on labels that mean nothing. The least p-value is one over one more.
   *
   * @default 50
   */
  readonly nulls?: number | undefined;
  /**
   * Level of the verdict that `isRejected` gives.
   *
   * @default 0.05
   */
  readonly level?: number | undefined;
  /**
   * What tells truths from draws, given the data.
   *
   * @default {undefined} `mlpClassifier()`, at most 200 passes.
   */
  readonly train?: ClassifierTrainer | undefined;
}

/** What {@linkcode lc2st} found. */
export interface Lc2stResult {
  /** Mean of `(p − 1/2)²` over the draws; 0 where truths and draws cannot be told apart. */
  readonly statistic: number;
  /** `[nulls]`: the same of each null classifier. */
  readonly null: Float64Array;
  /** Share of null statistics at least as large, this one counted. */
  readonly pValue: number;
  /** Whether the p-value is at or below the level. */
  readonly isRejected: boolean;
}

/**
 * Tests whether a posterior is right at one observation, with no draws from the true posterior
 * there: a classifier learns to tell (truth, x) from (draw, x) over many x, and is then asked
 * about the draws at this x. Its null law comes from the same training with labels exchanged
 * within each pair by coin tosses.
 *
 * Only the first draw of each row of the run is used, so `calibrationRun` with `draws: 1` will
 * do; a few thousand rows are wanted, for the classifier must learn how the error depends on x.
 *
 * Source: Linhart, Gramfort & Rodrigues (2023), "L-C2ST", https://arxiv.org/abs/2306.03580,
 * algorithms 1 and 2.
 *
 * @param key Starts the classifiers and tosses the coins.
 * @param run From `calibrationRun`.
 * @param observation Where to judge.
 * @param options How hard to try.
 * @returns Statistic and p-value.
 * @throws {TypeError} If widths do not agree.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, simulate, simulator, split } from "@likely/core";
 * import { calibrationRun, lc2st, mlpClassifier } from "@likely/diagnostics";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const silent = simulator({ name: "silent", thetaDim: 1, xDim: 1, simulate: () => [0] });
 * const [forData, forRun, forDraws, forTest] = split(key(0), 4);
 * const data = await simulate(forData, { prior, simulator: silent }, 100);
 * const run = await calibrationRun(forRun, data, (key, _x, n) => prior.sample(key, n), { draws: 1 });
 *
 * const train = mlpClassifier({ hidden: [8], epochs: 20 });
 * const observation = { x: [0], draws: prior.sample(forDraws!, 100) };
 * assert((await lc2st(forTest!, run, observation, { nulls: 20, train })).pValue > 0.05);
 * ```
 */
export async function lc2st(
  key: Key,
  run: CalibrationRun,
  observation: Lc2stObservation,
  options: Lc2stOptions = {},
): Promise<Lc2stResult> {
  const { nulls = 50, level = 0.05, train = mlpClassifier({ epochs: 200 }) } = options;
  requireInteger("run L-C2ST", "nulls", nulls, 1);
  requireFraction("run L-C2ST", "level", level);
  requireObservation(run, observation);
  const [forTraining, forNulls] = split(key, 2);
  const pairs = pairsOf(run);
  const standard = standardBy(pairs);
  const rows = standard(pairs);
  const at = standard(joined(observation.draws, () => observation.x));
  // Truths first, then draws.
  const labels = Uint8Array.from({ length: rows.n }, (_, i) => i < run.theta.n ? 0 : 1);
  const statistic = distance(await train(forTraining, rows, labels), at);
  const found = new Float64Array(nulls);
  for (let k = 0; k < nulls; k++) {
    const [forCoins, forNull] = split(foldIn(forNulls, k), 2);
    found[k] = distance(await train(forNull, rows, exchanged(forCoins, labels)), at);
  }
  const pValue = (1 + found.filter((value) => value >= statistic).length) / (nulls + 1);
  return { statistic, null: found, pValue, isRejected: pValue <= level };
}

function pairsOf({ theta, x, draws, length }: CalibrationRun): Points {
  const first = gatherRows(draws, Array.from({ length: theta.n }, (_, i) => i * length));
  return stacked(joined(theta, (i) => row(x, i)), joined(first, (i) => row(x, i)));
}

function joined(theta: Points, xOf: (i: number) => ArrayLike<number>): Points {
  const out = zeros(theta.n, theta.dim + xOf(0).length);
  for (let i = 0; i < theta.n; i++) out.data.set([...row(theta, i), ...Array.from(xOf(i))], i * out.dim);
  return out;
}

// Each truth keeps its label or changes it with the draw for the same x.
function exchanged(key: Key, labels: Uint8Array): Uint8Array {
  const random = stream(key);
  const out = labels.slice();
  const half = labels.length / 2;
  for (let i = 0; i < half; i++) {
    if (drawUniform(random) < 0.5) [out[i], out[half + i]] = [1, 0];
  }
  return out;
}

function distance(classify: Classify, at: Points): number {
  return classify(at).reduce((sum, p) => sum + (p - 0.5) ** 2, 0) / at.n;
}

function requireObservation({ theta, x }: CalibrationRun, observation: Lc2stObservation): void {
  requireColumns("run L-C2ST", "the draws", observation.draws, theta.dim);
  requireRows("run L-C2ST", "the draws", observation.draws, 1);
  requireLength("run L-C2ST", "x", observation.x.length, x.dim);
  Array.from(observation.x, (value, j) => requireFinite("run L-C2ST", `x[${j}]`, value));
}
