/**
 * Levels as text.
 *
 * @module
 */

import type { LevelMoments } from "@likely/core";
import { requireInteger } from "@likely/core/check";

/** Options of {@linkcode formatMlmcTable}. */
export interface FormatMlmcTableOptions {
  /**
   * Whose means are shown.
   *
   * @default {0}
   */
  readonly output?: number;
}

const COLUMNS: readonly (readonly [name: string, width: number])[] = [
  ["l", 3],
  ["ave(Pf-Pc)", 13],
  ["ave(Pf)", 13],
  ["var(Pf-Pc)", 13],
  ["var(Pf)", 13],
  ["kurtosis", 11],
  ["check", 11],
  ["cost", 11],
];

/**
 * Formats levels as the table that users of multilevel Monte Carlo know: a line a level, with mean and
 * variance of the correction Pf − Pc and of the fine value Pf.
 *
 * @param rows From `mlmc` or `mlmcTable`.
 * @param options Which output's means are shown; variances are those of all.
 * @returns Lines, ended by line feeds.
 * @throws {RangeError} If there is no row or no such output.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { addSamples, formatMlmcTable, levelSums, moments } from "@likely/multilevel";
 *
 * const sums = levelSums(0, 1);
 * addSamples(sums, { fine: new Float64Array([1, 3, 1, 3]), cost: 8 });
 * assertStringIncludes(formatMlmcTable(moments([sums])), "2.0000e+0");
 * ```
 */
export function formatMlmcTable(rows: readonly LevelMoments[], options: FormatMlmcTableOptions = {}): string {
  const { output = 0 } = options;
  const action = "format levels";
  if (rows.length === 0) {
    throw new RangeError(`Cannot ${action} as there must be a row at least: current number is 0`);
  }
  requireInteger(action, "output", output, 0, rows[0]!.mean.length - 1);
  const lines = rows.map(({ level, mean, fineMean, variance, fineVariance, kurtosis, check, cost }) => [
    `${level}`,
    ...[mean[output]!, fineMean[output]!, variance, fineVariance].map((value) => number(value, 4)),
    ...[kurtosis, check, cost].map((value) => number(value, 2)),
  ]);
  return [COLUMNS.map(([name]) => name), ...lines]
    .map((cells) => cells.map((cell, k) => cell.padStart(COLUMNS[k]![1])).join("") + "\n")
    .join("");
}

function number(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : value.toExponential(digits);
}
