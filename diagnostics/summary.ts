/**
 * Posterior summaries: one row a parameter.
 *
 * @module
 */

import { type Draws, extent, mean } from "@likely/core";
import { chainsOf, pool, variance } from "./_chains.ts";
import { inUnits } from "./_in_units.ts";
import { essBulk, essTail } from "./ess.ts";
import { mcse } from "./mcse.ts";
import { quantile } from "./quantile.ts";
import { rHat } from "./r_hat.ts";

/** What is worth knowing about one parameter. */
export interface SummaryRow {
  /** The parameter. */
  readonly name: string;
  /** Posterior mean. */
  readonly mean: number;
  /** Posterior standard deviation. */
  readonly sd: number;
  /** 5 % quantile. */
  readonly q5: number;
  /** Median. */
  readonly q50: number;
  /** 95 % quantile. */
  readonly q95: number;
  /** Monte Carlo standard error of the mean. */
  readonly mcse: number;
  /** Effective sample size of the bulk. */
  readonly essBulk: number;
  /** Effective sample size of the tails. */
  readonly essTail: number;
  /** Rank-normalised split R-hat. */
  readonly rHat: number;
}

/**
 * Summarises draws.
 *
 * @param draws At least four draws in each chain for the convergence numbers, else NaN.
 * @returns One row a parameter, in order.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { summary } from "@likely/diagnostics";
 *
 * const values = new Float64Array([1, 2, 3, 4, 5]);
 * const info = { sampler: "none", evaluations: 0 };
 * const [mu] = summary({ names: ["mu"], chains: 1, length: 5, values, info, warnings: [] });
 * assertEquals([mu!.mean, mu!.q50], [3, 3]);
 * ```
 */
export function summary(draws: Draws): SummaryRow[] {
  const errors = mcse(draws);
  const [bulk, tail, agreement] = [essBulk(draws), essTail(draws), rHat(draws)];
  return draws.names.map((name, j) => {
    const values = pool(chainsOf(draws, j)).sort();
    return {
      name,
      mean: mean(values),
      sd: Math.sqrt(variance(values)),
      q5: quantile(values, 0.05),
      q50: quantile(values, 0.5),
      q95: quantile(values, 0.95),
      mcse: errors[j]!,
      essBulk: bulk[j]!,
      essTail: tail[j]!,
      rHat: agreement[j]!,
    };
  });
}

/** The table's columns: heading, and the cell of a row. */
const COLUMNS: readonly (readonly [string, (row: SummaryRow) => string])[] = [
  ["", (row) => row.name],
  ["mean", (row) => inUnits(row.mean, row.sd)],
  ["sd", (row) => inUnits(row.sd, row.sd)],
  ["5%", (row) => inUnits(row.q5, row.sd)],
  ["50%", (row) => inUnits(row.q50, row.sd)],
  ["95%", (row) => inUnits(row.q95, row.sd)],
  ["mcse", (row) => row.mcse.toPrecision(2)],
  ["ess bulk", (row) => row.essBulk.toFixed(0)],
  ["ess tail", (row) => row.essTail.toFixed(0)],
  ["R-hat", (row) => row.rHat.toFixed(3)],
];

/**
 * Sets a summary as a table for people: columns aligned, numbers with the digits that the
 * posterior's width warrants.
 *
 * @param rows As of {@linkcode summary}.
 * @returns A heading and one line a row, without a line break at the end.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatSummary } from "@likely/diagnostics";
 *
 * const row = { name: "mu", mean: 1, sd: 0.5, q5: 0, q50: 1, q95: 2, mcse: 0.01, essBulk: 900, essTail: 800, rHat: 1 };
 * assertEquals(formatSummary([row]).split("\n").length, 2);
 * ```
 */
export function formatSummary(rows: readonly SummaryRow[]): string {
  const columns = COLUMNS.map(([heading, cell], j) => {
    const cells = [heading, ...rows.map(cell)];
    const [, width] = extent(cells.map((text) => text.length));
    return cells.map((text) => j === 0 ? text.padEnd(width) : text.padStart(width));
  });
  return [-1, ...rows.keys()].map((i) => columns.map((cells) => cells[i + 1]).join("  ")).join("\n");
}
