/**
 * Posterior predictive panels, one for each statistic.
 *
 * @module
 */

import { extent, type Points, points, row } from "@likely/core";
import { outsideOf, windowOf } from "./_columns.ts";
import { type Axis, centre, density } from "./_density.ts";
import { finiteReplicates, requireFiniteData, requireOneEach } from "./_predictive_rows.ts";
import { BLUE, channel, FAINT, INK, legendRow, plot } from "./_plot_style.ts";
import { roundIn } from "./_round.ts";
import { ticksInside } from "./_ticks.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { quantile } from "./quantile.ts";
import { reportNumber } from "./report_number.ts";

/** What {@linkcode plotPredictiveColumns} shows. */
export interface PredictiveColumns {
  /** One name for each number of x, with its unit: `"mean wait, minutes"`. */
  readonly columns: readonly string[];
  /** The observed data, `[p]`, or several independent observations of the same parameters, `[m, p]`. */
  readonly observed: ArrayLike<number> | Points;
  /** Data simulated from posterior draws, `[n, p]`; failed rows are left out. */
  readonly replicates: Points;
}

/** So many observations are a line each; of more their density tells. */
const FEW = 8;
/** Panels in a row. */
const ACROSS = 2;
/** Of a panel, in pixels. */
const SIDES = { width: 196, height: 84 } as const;

/**
 * Plots each number of replicated data on an axis of its own, with the observed one as a line: for data that
 * are several statistics, unlike each other, and no series.
 *
 * A line far in the tail of its panel means that the simulator does not make such data. Many observations are a
 * line over the predicted ones, as dense as they are.
 *
 * @param shown Names, observed data and replicates of them.
 * @returns A Vega-Lite specification, one panel a column.
 * @throws {RangeError} If an observed value is not finite, or no replicate is.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { plotPredictiveColumns } from "@likely/diagnostics";
 *
 * const replicates = fromRows([[0.7, 9], [0.9, 12], [0.8, 8], [1.1, 11]]);
 * const columns = ["mean wait, minutes", "customers who waited"];
 * const spec = plotPredictiveColumns({ columns, observed: [0.8, 9], replicates });
 * assertEquals((spec.vconcat as unknown[]).length, 2);
 * ```
 */
export function plotPredictiveColumns(shown: PredictiveColumns): PlotSpec {
  const { columns, observed, replicates } = shown;
  const seen = "dim" in observed ? observed : points(Float64Array.from(observed), observed.length || 1);
  requireOneEach("observed", seen.n > 0 ? seen.dim : 0, { of: "columns", expected: columns.length });
  requireOneEach("replicates", replicates.dim, { of: "columns", expected: columns.length });
  requireFiniteData("observed", seen.data);
  const rows = finiteReplicates(replicates);
  const column = (from: readonly Float64Array[], j: number) => Float64Array.from(from, (row) => row[j]!);
  const data = Array.from({ length: seen.n }, (_, i) => row(seen, i));
  const panels = columns.map((name, j) => panel(name, column(rows, j), column(data, j)));
  return plot({
    vconcat: [
      legendRow([
        { label: "predicted", colour: BLUE, shape: "square" },
        { label: "observed", colour: INK, shape: "line" },
      ]),
      // Without a canvas Vega takes text for wider than it is: numbers, name and the share above have their room.
      { concat: panels, columns: ACROSS, bounds: "flush", spacing: { row: 70, column: 26 } },
    ],
  });
}

function panel(name: string, values: Float64Array, observed: Float64Array): PlotSpec {
  const window = windowOf([values], observed.length > FEW ? [] : Array.from(observed));
  const axis: Axis = { ...window, bins: 128 };
  const predicted = curveOf(values, axis);
  const seen = observed.length > FEW ? curveOf(observed, axis) : [];
  const x = channel("u", [window.low, window.high], {
    title: name,
    titleLimit: SIDES.width,
    ...ticksInside(window, { least: 3, room: (characters) => (3.3 * characters + 2) / SIDES.width }),
  });
  const y = channel("v", [0, 1.08 * extent([...predicted, ...seen].map(({ v }) => v))[1]], null);
  const out = outsideOf([values], window);
  return {
    ...SIDES,
    title: {
      text: [shareOf(values, observed), ...(out ? [out] : [])],
      color: FAINT,
      fontSize: 10,
      fontWeight: 400,
      anchor: "end",
      offset: 2,
    },
    layer: [
      {
        data: { values: predicted },
        mark: { type: "area", color: BLUE, fillOpacity: 0.25, line: { color: BLUE, strokeWidth: 1.5 } },
        encoding: { x, y },
      },
      seen.length > 0
        ? { data: { values: seen }, mark: { type: "line", color: INK, strokeWidth: 1.5 }, encoding: { x, y } }
        : {
          data: { values: Array.from(observed, (u) => ({ u })) },
          mark: { type: "rule", color: INK, strokeWidth: observed.length > 1 ? 1 : 2 },
          encoding: { x },
        },
    ],
  };
}

function curveOf(values: Float64Array, axis: Axis): { u: number; v: number }[] {
  const mass = density({ columns: [values], length: values.length }, [axis]);
  return Array.from(mass, (v, i) => ({ u: roundIn(axis, centre(axis, i)), v: Number(v.toPrecision(4)) }));
}

/** Of one observed value, equal ones counted half; of several, those that are where they are expected. */
function shareOf(values: Float64Array, observed: Float64Array): string {
  if (observed.length > 1) {
    const sorted = values.toSorted();
    const [low, high] = [quantile(sorted, 0.05), quantile(sorted, 0.95)];
    const inside = observed.filter((value) => value >= low && value <= high).length;
    return `${reportNumber(inside)} of ${reportNumber(observed.length)} in the central 90 % of predictions`;
  }
  const [only] = observed as unknown as readonly [number];
  const below = values.reduce((sum, value) => sum + (value < only ? 1 : value === only ? 0.5 : 0), 0);
  return `observed above ${Math.round(100 * below / values.length)} % of predictions`;
}
