/**
 * Rank histograms of simulation-based calibration.
 *
 * @module
 */

import { BLUE, channel, FAINT, INK, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { quantile } from "./quantile.ts";
import type { SbcRow } from "./sbc.ts";
import { rankHistogram } from "./uniformity.ts";
import { binomialInterval } from "./_binomial_interval.ts";

/** Options of {@linkcode plotRankHistogram}. */
export interface PlotRankHistogramOptions {
  /**
   * Number of bars.
   *
   * @default {undefined} 20, or fewer where a bar would expect less than ten ranks.
   */
  readonly bins?: number | undefined;
}

/**
 * Plots how often each rank occurs, one panel a parameter: bars inside the grey band are as even
 * as uniform ranks are, 99 times in 100 for each bar.
 *
 * A ∪ means a posterior too narrow, a ∩ one too wide, a slope one that is shifted.
 *
 * @param rows From `sbc`.
 * @param options The bars.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there is no row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotRankHistogram } from "@likely/diagnostics";
 *
 * const ranks = { values: Uint32Array.from({ length: 200 }, (_, i) => i % 100), cells: 100 };
 * const row = { name: "mu", ranks, mean: 0.5, spread: 1, ecdf: 1, chiSquare: 1 };
 * assertEquals((plotRankHistogram([row]).concat as unknown[]).length, 1);
 * ```
 */
export function plotRankHistogram(rows: readonly SbcRow[], options: PlotRankHistogramOptions = {}): PlotSpec {
  if (rows.length === 0) {
    throw new RangeError("Cannot plot ranks as at least one row is needed: current value is none");
  }
  return plot({ columns: 2, concat: rows.map((row) => panel(row, options.bins)) });
}

function panel({ name, ranks, ecdf }: SbcRow, wanted: number | undefined): PlotSpec {
  const n = ranks.values.length;
  const count = wanted ?? Math.max(2, Math.min(20, ranks.cells, Math.floor(n / 10)));
  // Bars in shares of what is expected: uneven bins look even.
  const bars = rankHistogram(ranks, count).map(({ first, end, count, expected }) => ({
    u: first,
    w: end,
    v: count / expected,
  }));
  const { low, high } = binomialInterval(n, 1 / count, 0.99);
  const band = { low: low * count / n, high: high * count / n };
  const top = 1.1 * Math.max(band.high, quantile(bars.map(({ v }) => v), 1));
  const x = channel("u", [0, ranks.cells], { title: `rank of ${name}`, titleLimit: 180, tickCount: 4 });
  const y = channel("v", [0, top], { title: "count / expected", tickCount: 4 });
  return {
    title: { text: `p = ${ecdf.toPrecision(2)}`, color: INK, fontSize: 11, fontWeight: 400, anchor: "end" },
    width: 180,
    height: 120,
    layer: [
      {
        data: { values: [{ u: 0, w: ranks.cells, v: band.low, t: band.high }] },
        mark: { type: "rect", color: FAINT, opacity: 0.3 },
        encoding: { x, x2: { field: "w" }, y, y2: { field: "t" } },
      },
      {
        data: { values: bars },
        mark: { type: "bar", color: BLUE, opacity: 0.75, binSpacing: 1 },
        encoding: { x, x2: { field: "w" }, y, y2: { datum: 0 } },
      },
    ],
  };
}
