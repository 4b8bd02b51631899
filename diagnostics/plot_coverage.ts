/**
 * Coverage curves.
 *
 * @module
 */

import type { CoverageCurve } from "./coverage_curve.ts";
import { CHAINS, channel, FAINT, INK, legendRow, plot } from "./_plot_style.ts";
import type { PlotSpec } from "./plot_spec.ts";

/**
 * Plots how often regions of each credibility hold the truth, with the band that a calibrated
 * curve stays in as a whole: below the diagonal is overconfident, above it conservative.
 *
 * @param curves From `coverage` or `tarp`, by name; the band is that of the first.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there is no curve.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plotCoverage } from "@likely/diagnostics";
 *
 * const level = new Float64Array([0, 0.5, 1]);
 * const ranks = { values: new Uint32Array([0, 1]), cells: 2 };
 * const numbers = { excess: 0, tailExcess: 0, pValue: 1, ranks, failed: 0 };
 * const curve = { level, covered: level, low: level, high: level, ...numbers };
 * assertEquals((plotCoverage({ HPD: curve }).vconcat as unknown[]).length, 2);
 * ```
 */
export function plotCoverage(curves: Readonly<Record<string, CoverageCurve>>): PlotSpec {
  const entries = Object.entries(curves);
  const first = entries[0]?.[1];
  if (first === undefined) {
    throw new RangeError("Cannot plot coverage as at least one curve is needed: current value is none");
  }
  const x = channel("u", [0, 1], { title: "credibility", tickCount: 5 });
  const y = channel("v", [0, 1], { title: "share of truths inside", tickCount: 5 });
  const colour = (q: number) => CHAINS[q % CHAINS.length]!;
  const legend = entries.map(([label], q) => ({ label, colour: colour(q), shape: "line" as const }));
  const band = Array.from(first.level, (u, i) => ({ u, v: first.low[i]!, w: first.high[i]! }));
  return plot({
    vconcat: [legendRow(legend), {
      width: 300,
      height: 300,
      layer: [
        {
          data: { values: band },
          mark: { type: "area", color: FAINT, opacity: 0.25 },
          encoding: { x, y, y2: { field: "w" } },
        },
        {
          data: { values: [{ u: 0, v: 0 }, { u: 1, v: 1 }] },
          mark: { type: "line", color: INK, strokeWidth: 1, strokeDash: [4, 3] },
          encoding: { x, y },
        },
        ...entries.map(([, { level, covered }], q) => ({
          data: { values: Array.from(level, (u, i) => ({ u, v: covered[i]! })) },
          mark: { type: "line" as const, color: colour(q), strokeWidth: 1.8 },
          encoding: { x, y },
        })),
      ],
    }],
  });
}
