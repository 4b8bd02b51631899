/**
 * The corner plot: every parameter against every other.
 *
 * @module
 */

import type { Draws, Interval, Support } from "@likely/core";
import { chainsOf, pool } from "./_chains.ts";
import { outsideOf, requireDraws, windowOf } from "./_columns.ts";
import { above, below, type Corner, diagonal, type Layer } from "./_corner.ts";
import {
  BLUE,
  FAINT,
  INK,
  type LegendEntry,
  legendRow,
  noteRows,
  ORANGE,
  plot,
  WIDTH,
} from "./_plot_style.ts";
import { equalTogether } from "./_equal_together.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** Options of {@linkcode plotPairs}. */
export interface PlotPairsOptions {
  /**
   * The true parameters, `[d]`, drawn as dashed lines.
   *
   * @default undefined
   */
  readonly truth?: ArrayLike<number> | undefined;
  /**
   * Other draws of the same parameters, drawn as outlines: another sampler, or the exact
   * posterior under a surrogate's.
   *
   * @default undefined
   */
  readonly compare?: Draws | undefined;
  /**
   * What the legend calls the draws and the comparison.
   *
   * @default ["posterior", "comparison"]
   */
  readonly labels?: readonly [string, string] | undefined;
  /**
   * Mass of the highest-density regions, each in (0, 1).
   *
   * @default [0.5, 0.9]
   */
  readonly levels?: readonly number[] | undefined;
  /**
   * Where each parameter lives; a density is not smeared over these bounds.
   *
   * @default unbounded
   */
  readonly support?: Support | undefined;
  /**
   * The prior density of each parameter, not its logarithm, drawn as a thin line on the diagonal: what the
   * data have added to. `undefined` for one that is not known.
   *
   * @default undefined
   */
  readonly prior?: readonly (((value: number) => number) | undefined)[] | undefined;
}

/** Between panels, in pixels. */
const GAP = 8;

/**
 * Plots marginal densities on the diagonal, highest-density regions below it and correlations
 * above it, in the colour of the draws they belong to.
 *
 * Regions are those of a kernel density estimate whose bandwidth is chosen from the draws (see
 * `_density.ts`), so several modes and curved ridges stay apart. The window is the central
 * 99.8 % of each column.
 *
 * @param draws At least one draw of `d` parameters.
 * @param options What to add.
 * @returns A Vega-Lite specification of `d × d` panels.
 * @throws {RangeError} If a draw, a true value or a level is out of range or not finite.
 * @throws {TypeError} If lengths or names do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { plotPairs, renderSvg } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["β", "γ"], chains: 1, length: 200, values, info, warnings: [] };
 * assertStringIncludes(await renderSvg(plotPairs(draws, { truth: [0.2, -0.1] })), "γ");
 * ```
 */
export function plotPairs(draws: Draws, options: PlotPairsOptions = {}): PlotSpec {
  const { truth, compare, labels = ["posterior", "comparison"], levels = [0.5, 0.9], support, prior } =
    options;
  requireDraws("plot pairs", draws);
  if (compare) requireSameNames(draws, compare);
  if (truth) requireTruth(truth, draws.names.length);
  if (support) requireColumns("support", support.length, draws.names.length);
  if (prior) requireColumns("prior", prior.length, draws.names.length);
  requireLevels(levels);
  const layers = [
    layerOf(draws, { colour: BLUE, isFilled: true }),
    ...(compare ? [layerOf(compare, { colour: ORANGE, isFilled: false })] : []),
  ];
  const { names } = draws;
  const corner: Corner = {
    names,
    layers,
    windows: names.map((_, j) =>
      clip(windowOf(layers.map((l) => l.columns[j]!), at(truth, j)), support?.[j])
    ),
    truth: truth ? Array.from(truth) : [],
    prior: prior ?? [],
    // Widest first, so that narrower regions are drawn over them.
    levels: levels.toSorted((a, b) => b - a),
    side: names.length === 1 ? 260 : Math.max(64, Math.floor((WIDTH + GAP) / names.length) - GAP),
  };
  return plot({ vconcat: [legendRow(legendOf(corner, labels)), grid(corner), ...outsideRow(corner)] });
}

/** Which draws the panels leave out. */
function outsideRow({ names, layers, windows }: Corner): PlotSpec[] {
  const notes = names.flatMap((name, j) => {
    const note = outsideOf(layers.map(({ columns }) => columns[j]!), windows[j]!);
    return note ? [`${name}: ${note}`] : [];
  });
  return notes.length === 0 ? [] : [noteRows(notes)];
}

function layerOf(draws: Draws, look: Pick<Layer, "colour" | "isFilled">): Layer {
  const rows = equalTogether(draws);
  return { ...look, columns: rows.names.map((_, j) => pool(chainsOf(rows, j))), length: rows.length };
}

function at(truth: ArrayLike<number> | undefined, j: number): number[] {
  return truth ? [truth[j]!] : [];
}

function clip(window: Interval, bounds: Interval | undefined): Interval {
  if (!bounds) return window;
  const [low, high] = [Math.max(window.low, bounds.low), Math.min(window.high, bounds.high)];
  // Draws outside their own support are still shown.
  return low < high ? { low, high } : window;
}

function legendOf(corner: Corner, labels: readonly [string, string]): LegendEntry[] {
  const regions = corner.levels.toReversed().map((level) => `${+(100 * level).toPrecision(4)} %`).join(", ");
  const entries: LegendEntry[] = corner.layers.map(({ colour, isFilled }, k) => {
    const label = corner.names.length > 1 && k === 0 ? `${labels[0]} (${regions})` : labels[k as 0 | 1];
    return { label, colour, shape: isFilled ? "square" : "line" };
  });
  return [
    ...entries,
    ...(corner.prior.some(Boolean) ? [{ label: "prior", colour: FAINT, shape: "line" } as const] : []),
    ...(corner.truth.length > 0 ? [{ label: "truth", colour: INK, shape: "circle" } as const] : []),
  ];
}

function grid(corner: Corner): PlotSpec {
  const d = corner.names.length;
  const panels = Array.from({ length: d * d }, (_, cell) => {
    const row = Math.floor(cell / d);
    const col = cell % d;
    const content = row === col
      ? diagonal(corner, row)
      : row > col
      ? below(corner, row, col)
      : above(corner, row, col);
    return { width: corner.side, height: corner.side, ...content };
  });
  return { concat: panels, columns: d, align: "all", bounds: "flush", spacing: GAP };
}

function requireSameNames(draws: Draws, compare: Draws): void {
  requireDraws("plot pairs", compare);
  if (JSON.stringify(draws.names) === JSON.stringify(compare.names)) return;
  throw new TypeError(
    `Cannot plot pairs as compare must have the names of the draws (${draws.names.join(", ")}): ` +
      `current value is ${compare.names.join(", ")}`,
  );
}

function requireTruth(truth: ArrayLike<number>, d: number): void {
  if (truth.length !== d) {
    throw new TypeError(
      `Cannot plot pairs as truth must have length ${d}: current length is ${truth.length}`,
    );
  }
  const bad = Array.from(truth).find((value) => !Number.isFinite(value));
  if (bad !== undefined) {
    throw new RangeError(`Cannot plot pairs as truth must be finite: current value is ${bad}`);
  }
}

function requireColumns(name: string, length: number, d: number): void {
  if (length === d) return;
  throw new TypeError(`Cannot plot pairs as ${name} must have length ${d}: current length is ${length}`);
}

function requireLevels(levels: readonly number[]): void {
  const bad = levels.find((level) => !(level > 0 && level < 1));
  if (bad === undefined) return;
  throw new RangeError(`Cannot plot pairs as every level must be in (0, 1): current value is ${bad}`);
}
