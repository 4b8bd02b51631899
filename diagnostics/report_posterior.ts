/**
 * The posterior as a table of a report.
 *
 * @module
 */

import type { ReportTable } from "./report.ts";
import type { SummaryRow } from "./summary.ts";
import { typesetInUnits } from "./_in_units.ts";
import { typeset } from "./_typeset.ts";

const COLUMNS: readonly (readonly [string, (row: SummaryRow) => string])[] = [
  ["mean", (row) => typesetInUnits(row.mean, row.sd)],
  ["sd", (row) => typesetInUnits(row.sd, row.sd)],
  ["5 %", (row) => typesetInUnits(row.q5, row.sd)],
  ["50 %", (row) => typesetInUnits(row.q50, row.sd)],
  ["95 %", (row) => typesetInUnits(row.q95, row.sd)],
  ["MCSE", (row) => significant(row.mcse, 2)],
  ["ESS bulk", (row) => fixed(row.essBulk, 0)],
  ["ESS tail", (row) => fixed(row.essTail, 0)],
  ["R-hat", (row) => fixed(row.rHat, 3)],
];

/** Of chains alone. */
const AGREEMENT = "R-hat";

/** Options of {@linkcode reportPosterior}. */
export interface ReportPosteriorOptions {
  /**
   * Whether the draws were made without chains, as `areIndependent` tells: there is no R-hat then.
   *
   * @default {false}
   */
  readonly independent?: boolean | undefined;
}

/**
 * Sets a posterior summary as a table: one row a parameter, with the digits that the
 * posterior's width warrants.
 *
 * @param rows As of `summary`.
 * @param options How the draws were made.
 * @returns A block for a section of a report.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reportPosterior, summary } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["β"], chains: 4, length: 100, values, info, warnings: [] };
 * assertEquals(reportPosterior(summary(draws)).rows[0]?.[0], "β");
 * ```
 */
export function reportPosterior(
  rows: readonly SummaryRow[],
  options: ReportPosteriorOptions = {},
): ReportTable {
  const { independent = false } = options;
  const columns = COLUMNS.filter(([title]) => !(independent && title === AGREEMENT));
  return {
    kind: "table",
    columns: [
      { title: "parameter", align: "left" },
      ...columns.map(([title]) => ({ title, align: "right" as const })),
    ],
    rows: rows.map((row) => [row.name, ...columns.map(([, cell]) => cell(row))]),
    caption: "Posterior mean, standard deviation and quantiles. MCSE is the Monte Carlo standard error of " +
      `the mean, ESS the effective sample size${
        independent ? "." : "; R-hat near 1 means that the chains agree."
      }`,
  };
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? typeset(value.toFixed(digits)) : "–";
}

function significant(value: number, digits: number): string {
  return Number.isFinite(value) ? typeset(value.toPrecision(digits)) : "–";
}
