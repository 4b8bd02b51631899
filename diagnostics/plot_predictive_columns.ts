/**
 * Posterior predictive panels, one for each statistic.
 *
 * @module
 */

import { extent, type Points } from "@likely/core";
import { outsideOf, windowOf } from "./_columns.ts";
import { type Axis, centre, density } from "./_density.ts";
import { finiteReplicates, requireFiniteData, requireOneEach } from "./_predictive_rows.ts";
import { BLUE, channel, FAINT, INK, legendRow, plot } from "./_plot_style.ts";
import { roundIn } from "./_round.ts";
import { ticksInside } from "./_ticks.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** What {@linkcode plotPredictiveColumns} shows. */
export interface PredictiveColumns {
  /** One name for each number of x, with its unit: `"mean wait, minutes"`. */
  readonly columns: readonly string[];
  /** The observed data, `[p]`. */
  readonly observed: ArrayLike<number>;
  /** Data simulated from posterior draws, `[n, p]`; failed rows are left out. */
  readonly replicates: Points;
}

/** Panels in a row. */
const ACROSS = 2;
/** Of a panel, in pixels. */
const SIDES = { width: 196, height: 84 } as const;

/**
 * Plots each number of replicated data on an axis of its own, with the observed one as a line: for data that
 * are several statistics, unlike each other, and no series.
 *
 * A line far in the tail of its panel means that the model does not make such data.
 *
 * @param data Names, observed data and replicates of them.
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
export function plotPredictiveColumns(data: PredictiveColumns): PlotSpec {
  const { columns, observed, replicates } = data;
  requireOneEach("observed", observed.length, { of: "columns", expected: columns.length });
  requireOneEach("replicates", replicates.dim, { of: "columns", expected: columns.length });
  requireFiniteData("observed", observed);
  const rows = finiteReplicates(replicates);
  const panels = columns.map((name, j) =>
    panel(name, Float64Array.from(rows, (row) => row[j]!), observed[j]!)
  );
  return plot({
    vconcat: [
      legendRow([
        { label: "predicted", colour: BLUE, shape: "square" },
        { label: "observed", colour: INK, shape: "line" },
      ]),
      { concat: panels, columns: ACROSS, spacing: 18 },
    ],
  });
}

function panel(name: string, values: Float64Array, observed: number): PlotSpec {
  const window = windowOf([values], [observed]);
  const axis: Axis = { ...window, bins: 128 };
  const mass = density({ columns: [values], length: values.length }, [axis]);
  const curve = Array.from(
    mass,
    (v, i) => ({ u: roundIn(axis, centre(axis, i)), v: Number(v.toPrecision(4)) }),
  );
  const x = channel("u", [window.low, window.high], {
    title: name,
    titleLimit: SIDES.width,
    ...ticksInside(window, { least: 3, room: (characters) => (3.3 * characters + 2) / SIDES.width }),
  });
  const y = channel("v", [0, 1.08 * extent(mass)[1]], null);
  const out = outsideOf([values], window);
  return {
    ...SIDES,
    title: {
      text: [shareBelow(values, observed), ...(out ? [out] : [])],
      color: FAINT,
      fontSize: 10,
      fontWeight: 400,
      anchor: "end",
      offset: 2,
    },
    layer: [
      {
        data: { values: curve },
        mark: { type: "area", color: BLUE, fillOpacity: 0.25, line: { color: BLUE, strokeWidth: 1.5 } },
        encoding: { x, y },
      },
      {
        data: { values: [{ u: observed }] },
        mark: { type: "rule", color: INK, strokeWidth: 2 },
        encoding: { x },
      },
    ],
  };
}

/** Equal ones are counted half. */
function shareBelow(values: Float64Array, observed: number): string {
  const below = values.reduce(
    (sum, value) => sum + (value < observed ? 1 : value === observed ? 0.5 : 0),
    0,
  );
  return `observed above ${Math.round(100 * below / values.length)} % of predictions`;
}
