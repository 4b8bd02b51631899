/**
 * How levels behave: four of the classic plots of multilevel Monte Carlo.
 *
 * @module
 */

import { extent, type LevelMoments } from "@likely/core";
import { heightsOf, lineLayers, type PanelLine } from "./_line_panel.ts";
import { BLUE, channel, FAINT, legendRow, ORANGE, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** What is plotted of a level. */
export type PlottedLevel = Pick<
  LevelMoments,
  "level" | "mean" | "variance" | "fineMean" | "fineVariance" | "check" | "kurtosis"
>;

/** Pixels of a panel; two and an axis are as wide as a plot of one. */
const [WIDE, HIGH] = [178, 130];

/**
 * Plots variance and mean of the fine value P and of the correction P_l − P_{l−1} by level, as powers of two;
 * the consistency check, which should stay below 1; and the kurtosis of the correction.
 *
 * Corrections should fall in straight lines, below those of P at once: where they do not, pairs are not
 * coupled. Means are the lengths of vectors where there are several outputs. What has no logarithm is left
 * out.
 *
 * @param rows From `mlmc` or `mlmcTable`, at least one.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there is no row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotMultilevel } from "@likely/diagnostics";
 *
 * const level = (level: number) => ({
 *   level,
 *   mean: [2 ** -level],
 *   variance: 4 ** -level,
 *   fineMean: [2 - 2 ** -level],
 *   fineVariance: 1,
 *   check: level === 0 ? NaN : 0.2,
 *   kurtosis: 3,
 * });
 * assertEquals((plotMultilevel([0, 1, 2].map(level)).vconcat as unknown[]).length, 3);
 * ```
 */
export function plotMultilevel(rows: readonly PlottedLevel[]): PlotSpec {
  if (rows.length === 0) {
    throw new RangeError("Cannot plot levels as there must be a row at least: current number is 0");
  }
  const line = (of: (row: PlottedLevel) => number, fine = false): PanelLine => ({
    colour: fine ? ORANGE : BLUE,
    points: rows.map((row) => [row.level, of(row)] as const),
  });
  const both = (
    correction: (row: PlottedLevel) => number,
    fine: (row: PlottedLevel) => number,
  ) => [line((row) => Math.log2(fine(row)), true), line((row) => Math.log2(correction(row)))];
  const levels = rows.map(({ level }) => level);
  const panel = (title: string, lines: readonly PanelLine[], limits: PanelLimits = {}) =>
    panelOf(levels, title, lines, limits);
  return plot({
    vconcat: [
      legendRow([
        { label: "P", colour: ORANGE, shape: "line" },
        { label: "correction", colour: BLUE, shape: "line" },
      ], 2 * WIDE + 50),
      {
        hconcat: [
          panel("log₂ variance", both(({ variance }) => variance, ({ fineVariance }) => fineVariance)),
          panel(
            "log₂ |mean|",
            both(({ mean }) => sizeOf(mean), ({ fineMean }) => sizeOf(fineMean)),
          ),
        ],
      },
      {
        hconcat: [
          panel("consistency check", [line(({ check }) => check)], { include: [0, 1], rule: 1 }),
          panel("kurtosis", [line(({ kurtosis }) => kurtosis)], { include: [0] }),
        ],
      },
    ],
  });
}

interface PanelLimits {
  /** Heights that must be seen. */
  readonly include?: readonly number[];
  /** A height to compare with. */
  readonly rule?: number;
}

function panelOf(
  levels: readonly number[],
  title: string,
  lines: readonly PanelLine[],
  { include = [], rule }: PanelLimits,
): PlotSpec {
  const heights = [...heightsOf(lines), ...include];
  const [low, high] = heights.length > 0 ? extent(heights) : [0, 1];
  const margin = 0.08 * (high - low) || 1;
  const [first, last] = extent(levels);
  const x = channel("u", [first - 0.15, Math.max(last, first + 1) + 0.15], {
    title: "level",
    tickCount: 6,
    tickMinStep: 1,
    format: "d",
  });
  // No number is below zero where zero is asked for.
  const bottom = include.includes(0) && low === 0 ? 0 : low - margin;
  const y = channel("v", [bottom, high + margin], { title, tickCount: 4, minExtent: 30 });
  const mark = { type: "rule", color: FAINT, strokeDash: [4, 3] };
  return {
    width: WIDE,
    height: HIGH,
    layer: [
      ...(rule === undefined ? [] : [{ data: { values: [{ v: rule }] }, mark, encoding: { y } }]),
      ...lineLayers(lines, { x, y }),
    ],
  };
}

function sizeOf(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
