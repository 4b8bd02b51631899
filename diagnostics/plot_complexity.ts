/**
 * What accuracy costs: the other two classic plots of multilevel Monte Carlo.
 *
 * @module
 */

import type { LevelComplexity } from "@likely/core";
import { heightsOf, lineLayers, type PanelLine } from "./_line_panel.ts";
import { logChannel } from "./_log_axis.ts";
import { BLUE, CHAINS, channel, INK, legendRow, ORANGE, plot, WIDTH } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { reportNumber } from "./report_number.ts";

/**
 * Plots the numbers of samples of each level for each tolerance ε, and the cost as `ε² · cost` by ε, with
 * levels and without.
 *
 * A flat line is the best that Monte Carlo can do, `ε⁻²`; plain Monte Carlo rises to the left, as a smaller ε
 * needs finer levels.
 *
 * @param rows From `mlmcComplexity`, at least one.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there is no row, or a tolerance or a cost is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { plotComplexity } from "@likely/diagnostics";
 *
 * const row = (tolerance: number) => ({
 *   tolerance,
 *   estimate: [1],
 *   counts: [100, 10].map((n) => Math.round(n / tolerance ** 2)),
 *   cost: 200 / tolerance ** 2,
 *   singleCost: 1000 / tolerance ** 2,
 *   saving: 5,
 * });
 * assertStringIncludes(JSON.stringify(plotComplexity([0.1, 0.05].map(row))), "ε = 0.05");
 * ```
 */
export function plotComplexity(rows: readonly LevelComplexity[]): PlotSpec {
  requireComplexities(rows);
  const sorted = rows.toSorted((a, b) => b.tolerance - a.tolerance);
  const colour = (k: number) => CHAINS[k % CHAINS.length]!;
  const tolerances = sorted.map(({ tolerance }, k) => ({
    label: `ε = ${reportNumber(tolerance)}`,
    colour: colour(k),
    shape: "line" as const,
  }));
  const counts = sorted.map(({ counts }, k) => ({
    colour: colour(k),
    points: counts.map((n, l) => [l, n > 0 ? n : NaN] as const),
  }));
  const costs = (of: (row: LevelComplexity) => number, look: Omit<PanelLine, "points">) => ({
    ...look,
    points: sorted.map((row) => [row.tolerance, row.tolerance ** 2 * of(row)] as const),
  });
  const both: PanelLine[] = [
    costs(({ singleCost }) => singleCost, { colour: ORANGE, dashed: true }),
    costs(({ cost }) => cost, { colour: BLUE }),
  ];
  const top = sorted.reduce((most, { counts }) => Math.max(most, counts.length - 1), 1);
  const level = { title: "level", tickCount: 6, tickMinStep: 1, format: "d" };
  return plot({
    vconcat: [
      legendRow(tolerances),
      panel(counts, channel("u", [-0.15, top + 0.15], level), "samples"),
      legendRow([
        { label: "multilevel", colour: BLUE, shape: "line" },
        { label: "finest level alone", colour: ORANGE, shape: "line" },
      ]),
      panel(both, logChannel("u", sorted.map(({ tolerance }) => tolerance), { title: "ε" }), "ε² · cost"),
    ],
  });
}

function panel(lines: readonly PanelLine[], x: PlotSpec, title: string): PlotSpec {
  const y = logChannel("v", heightsOf(lines), { title, minExtent: 40, titleColor: INK });
  return { width: WIDTH, height: 150, layer: lineLayers(lines, { x, y }) };
}

function requireComplexities(rows: readonly LevelComplexity[]): void {
  if (rows.length === 0) {
    throw new RangeError("Cannot plot costs as there must be a row at least: current number is 0");
  }
  for (const row of rows) {
    for (const name of ["tolerance", "cost", "singleCost"] as const) {
      if (row[name] > 0 && row[name] < Infinity) continue;
      throw new RangeError(
        `Cannot plot costs as ${name} must be a finite number > 0: current value is ${row[name]}`,
      );
    }
  }
}
