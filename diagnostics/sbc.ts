/**
 * Simulation-based calibration.
 *
 * @module
 */

import type { Key } from "@likely/core";
import type { CalibrationRun } from "./calibration_run.ts";
import { ranksOf } from "./_rank.ts";
import type { TestQuantity } from "./test_quantity.ts";
import { chiSquareTest, ecdfTest, type Ranks } from "./uniformity.ts";

/** Options of {@linkcode sbc}. */
export interface SbcOptions {
  /**
   * One name per parameter.
   *
   * @default {undefined} `theta[0]`, `theta[1]`, …
   */
  readonly names?: readonly string[] | undefined;
  /**
   * Further numbers to be ranked. The log-likelihood or the posterior log density sees errors
   * that no single parameter shows, such as a posterior that is the prior (Modrák et al. 2023).
   *
   * @default {[]}
   */
  readonly quantities?: readonly TestQuantity[] | undefined;
}

/** The calibration of one parameter or test quantity. */
export interface SbcRow {
  /** Which. */
  readonly name: string;
  /** The rank of each truth among its draws, ties broken at random. */
  readonly ranks: Ranks;
  /** Mean of `(rank + 1/2) / cells`: 1/2 when unbiased, less where draws are too large. */
  readonly mean: number;
  /** Variance of the same over that of uniform ranks: above 1 where draws are too narrow. */
  readonly spread: number;
  /** p-value of `ecdfTest`, the sharper one. */
  readonly ecdf: number;
  /** p-value of `chiSquareTest`; NaN for fewer than ten ranks. */
  readonly chiSquare: number;
}

/** What {@linkcode sbc} found. */
export interface SbcResult {
  /** One row a parameter, then one a test quantity. */
  readonly rows: readonly SbcRow[];
  /** The smallest p-value of `ecdf`, times the number of rows (Bonferroni), at most 1. */
  readonly pValue: number;
  /** How many rows of the run gave no posterior. */
  readonly failed: number;
}

/**
 * Checks whether truths rank uniformly among posterior draws, as they do when parameters come
 * from the prior and draws from the posterior.
 *
 * Ranks pile up at both ends where the posterior is too narrow, in the middle where it is too
 * wide, at one end where it is shifted. Draws must be independent: autocorrelated ones look too
 * narrow, see `thinDraws`.
 *
 * Source: Talts et al. (2018), https://arxiv.org/abs/1804.06788; Modrák et al. (2023),
 * https://arxiv.org/abs/2211.02383.
 *
 * @param key Breaks ties.
 * @param run From `calibrationRun`; a few hundred rows see an error of a fifth of a posterior sd.
 * @param options Names and test quantities.
 * @returns Ranks and p-values.
 * @throws {TypeError} If there is not one name per parameter.
 * @throws {RangeError} If a test quantity is NaN.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, simulate, simulator, split } from "@likely/core";
 * import { calibrationRun, sbc } from "@likely/diagnostics";
 *
 * // Data that say nothing: the posterior is the prior.
 * const prior = independent({ mu: normal(0, 1) });
 * const silent = simulator({ name: "silent", thetaDim: 1, xDim: 1, simulate: () => [0] });
 * const [forData, forRun, forTies] = split(key(0), 3);
 *
 * const data = await simulate(forData, { prior, simulator: silent }, 200);
 * const run = await calibrationRun(forRun, data, (key, _x, n) => prior.sample(key, n));
 * assert(sbc(forTies!, run, { names: prior.names }).pValue > 0.01);
 * ```
 */
export function sbc(key: Key, run: CalibrationRun, options: SbcOptions = {}): SbcResult {
  const { names = Array.from({ length: run.theta.dim }, (_, j) => `theta[${j}]`), quantities = [] } = options;
  if (names.length !== run.theta.dim) {
    throw new TypeError(
      `Cannot check calibration as names must have length ${run.theta.dim}: current length is ${names.length}`,
    );
  }
  const all = [...names.map(parameter), ...quantities];
  const ranks = ranksOf(key, run, all);
  const rows = all.map(({ name }, q) => judged(name, { values: ranks[q]!, cells: run.length + 1 }));
  const least = rows.reduce((p, { ecdf }) => Math.min(p, ecdf), 1);
  return { rows, pValue: Math.min(1, least * rows.length), failed: run.failed };
}

function parameter(name: string, j: number): TestQuantity {
  return {
    name,
    evaluate: ({ data, n, dim }) => Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!),
  };
}

function judged(name: string, ranks: Ranks): SbcRow {
  const { values, cells } = ranks;
  const n = values.length;
  const mean = values.reduce((sum, rank) => sum + (rank + 0.5) / cells, 0) / n;
  const variance = values.reduce((sum, rank) => sum + ((rank + 0.5) / cells - 0.5) ** 2, 0) / n;
  return {
    name,
    ranks,
    mean,
    spread: variance / ((1 - 1 / cells ** 2) / 12),
    ecdf: ecdfTest(ranks),
    chiSquare: n < 10 ? NaN : chiSquareTest(ranks),
  };
}
