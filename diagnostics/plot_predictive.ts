/**
 * Posterior predictive bands over observed data.
 *
 * @module
 */

import { extent, type Points } from "@likely/core";
import { BLUE, channel, INK, legendRow, noteRows, plot, WIDTH } from "./_plot_style.ts";
import { finiteReplicates, requireFiniteData, requireOneEach } from "./_predictive_rows.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { quantile } from "./quantile.ts";

/** What {@linkcode plotPredictive} shows. */
export interface PredictiveData {
  /** Where the data were taken: times, places, …; `[p]`, in any order. */
  readonly t: ArrayLike<number>;
  /** The observed data, `[p]`. */
  readonly observed: ArrayLike<number>;
  /** Data simulated from posterior draws, `[n, p]`; failed rows are left out. */
  readonly replicates: Points;
  /** The horizontal axis, with its unit. */
  readonly xLabel: string;
  /** The vertical axis, with its unit. */
  readonly yLabel: string;
}

// A type, not an interface: only types are JSON records to the compiler.
type Band = {
  readonly u: number;
  readonly v5: number;
  readonly v25: number;
  readonly v50: number;
  readonly v75: number;
  readonly v95: number;
};

/**
 * Plots the central 50 % and 90 % of replicated data at each point, their median, and the
 * observed data as dots.
 *
 * Bands are pointwise: about one dot in ten is expected outside the wide one.
 *
 * @param data Observed data and replicates of it.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If `t` or `observed` is not finite, or no replicate is.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { plotPredictive } from "@likely/diagnostics";
 *
 * const replicates = fromRows([[1, 2, 4], [2, 3, 5], [1, 3, 4]]);
 * const labels = { xLabel: "day", yLabel: "cases" };
 * const spec = plotPredictive({ t: [0, 1, 2], observed: [1, 3, 4], replicates, ...labels });
 * assertEquals(typeof spec.$schema, "string");
 * ```
 */
export function plotPredictive(data: PredictiveData): PlotSpec {
  const { t, observed, replicates, xLabel, yLabel } = data;
  requireOneEach("observed", observed.length, { of: "t", expected: t.length });
  requireOneEach("replicates", replicates.dim, { of: "t", expected: t.length });
  requireFiniteData("t", t);
  requireFiniteData("observed", observed);
  const bands = bandsOf(t, replicates);
  const dots = Array.from(observed, (v, i) => ({ u: t[i]!, v }));
  const x = channel("u", spread(bands.map(({ u }) => u), 0.02), {
    title: xLabel,
    tickCount: 6,
    // Between the first and the second column of x there is none.
    ...(Array.from(t).every(Number.isInteger) && { tickMinStep: 1 }),
  });
  const { domain, isCut } = heightsOf(bands, dots.map(({ v }) => v));
  const y = (field: string) => channel(field, domain, { title: yLabel, tickCount: 5 });
  const area = (low: string, high: string): PlotSpec => ({
    data: { values: bands },
    mark: { type: "area", color: BLUE, fillOpacity: 0.24, clip: true },
    encoding: { x, y: y(low), y2: { field: high } },
  });
  return plot({
    vconcat: [legend(), {
      width: WIDTH,
      height: 200,
      layer: [
        area("v5", "v95"),
        area("v25", "v75"),
        {
          data: { values: bands },
          mark: { type: "line", color: BLUE, strokeWidth: 1.6 },
          encoding: { x, y: y("v50") },
        },
        {
          data: { values: dots },
          mark: { type: "point", filled: true, color: INK, size: 30, opacity: 1 },
          encoding: { x, y: y("v") },
        },
      ],
    }, ...(isCut ? [noteRows(["The 90 % band goes on outside"])] : [])],
  });
}

/** A band may be wider than what must be seen by so many times. */
const WIDE = 2;

/** The data and the inner band are seen whole; what is far beyond, as where simulations run away, is cut off. */
function heightsOf(
  bands: readonly Band[],
  dots: readonly number[],
): { readonly domain: [number, number]; readonly isCut: boolean } {
  const [least, most] = extent([...bands.flatMap(({ v25, v75 }) => [v25, v75]), ...dots]);
  const [low, high] = extent([...bands.flatMap(({ v5, v95 }) => [v5, v95]), least, most]);
  const room = WIDE * (most - least);
  const shown = room > 0 ? [Math.max(low, least - room), Math.min(high, most + room)] as const : [low, high];
  const [from, to] = spread(shown, 0.06);
  // Counts do not go below nothing.
  return { domain: [low >= 0 ? Math.max(0, from) : from, to], isCut: shown[0] > low || shown[1] < high };
}

function legend(): PlotSpec {
  return legendRow([
    { label: "predicted: 50 % and 90 % bands", colour: BLUE, shape: "square" },
    { label: "median", colour: BLUE, shape: "line" },
    { label: "observed", colour: INK, shape: "circle" },
  ]);
}

function bandsOf(t: ArrayLike<number>, replicates: Points): Band[] {
  const rows = finiteReplicates(replicates);
  return Array.from(t, (u, j) => {
    const values = rows.map((row) => row[j]!);
    const at = (p: number) => quantile(values, p);
    return { u, v5: at(0.05), v25: at(0.25), v50: at(0.5), v75: at(0.75), v95: at(0.95) };
  }).sort((a, b) => a.u - b.u);
}

function spread(values: readonly number[], share: number): [number, number] {
  const [low, high] = extent(values);
  // One height alone gets a window in proportion to its size.
  const margin = share * (high - low) || 0.05 * Math.abs(low) || 0.5;
  return [low - margin, high + margin];
}
