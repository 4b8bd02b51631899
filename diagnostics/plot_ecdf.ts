/**
 * How the distribution of ranks differs from the uniform one.
 *
 * @module
 */

import { extent } from "@likely/core";
import { CHAINS, channel, FAINT, legendRow, plot, WIDTH } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";
import type { SbcRow } from "./sbc.ts";
import { ecdfBand } from "./uniformity.ts";

/** Options of {@linkcode plotEcdf}. */
export interface PlotEcdfOptions {
  /**
   * Probability that a whole curve of uniform ranks is inside the band.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
}

/**
 * Plots the empirical distribution of ranks minus the uniform one, a curve a parameter, with
 * the band that a calibrated curve stays in as a whole.
 *
 * A curve that rises first means truths that rank low: draws too large. One that rises at both
 * ends means a posterior too narrow, one that falls there a posterior too wide.
 *
 * @param rows From `sbc`: at least one, all of one run.
 * @param options The band.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there is no row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotEcdf } from "@likely/diagnostics";
 *
 * const ranks = { values: Uint32Array.from({ length: 200 }, (_, i) => i % 100), cells: 100 };
 * const row = { name: "mu", ranks, mean: 0.5, spread: 1, ecdf: 1, chiSquare: 1 };
 * assertEquals((plotEcdf([row]).vconcat as unknown[]).length, 2);
 * ```
 */
export function plotEcdf(rows: readonly SbcRow[], options: PlotEcdfOptions = {}): PlotSpec {
  const [first] = rows;
  if (first === undefined) {
    throw new RangeError("Cannot plot ranks as at least one row is needed: current value is none");
  }
  const { z, low, high } = ecdfBand(first.ranks.values.length, first.ranks.cells, options);
  const band = [
    { u: 0, v: 0, w: 0 },
    ...Array.from(z, (u, i) => ({ u, v: low[i]! - u, w: high[i]! - u })),
    { u: 1, v: 0, w: 0 },
  ];
  const curves = rows.map(({ ranks }) => curve(ranks.values, ranks.cells, z));
  const [, most] = extent([...band, ...curves.flat()].flatMap(({ v, w = 0 }: Point) => [-v, v, w]));
  const x = channel("u", [0, 1], { title: "rank / (draws + 1)", tickCount: 5 });
  const y = channel("v", [-1.1 * most, 1.1 * most], { title: "share below − uniform", tickCount: 5 });
  const colour = (q: number) => CHAINS[q % CHAINS.length]!;
  const legend = rows.map(({ name }, q) => ({ label: name, colour: colour(q), shape: "line" as const }));
  return plot({
    vconcat: [legendRow(legend), {
      width: WIDTH,
      height: 220,
      layer: [
        {
          data: { values: band },
          mark: { type: "area", color: FAINT, opacity: 0.25 },
          encoding: { x, y, y2: { field: "w" } },
        },
        { data: { values: [{ v: 0 }] }, mark: { type: "rule", color: FAINT }, encoding: { y } },
        ...curves.map((values, q) => ({
          data: { values },
          mark: { type: "line" as const, color: colour(q), strokeWidth: 1.6 },
          encoding: { x, y },
        })),
      ],
    }],
  });
}

// A type, not an interface: only types are JSON records to the compiler.
type Point = { readonly u: number; readonly v: number; readonly w?: number };

function curve(values: Uint32Array, cells: number, z: Float64Array): { u: number; v: number }[] {
  const below = (u: number) => values.reduce((sum, rank) => sum + (rank < Math.round(u * cells) ? 1 : 0), 0);
  return [0, ...z, 1].map((u) => ({ u, v: below(u) / values.length - u }));
}
