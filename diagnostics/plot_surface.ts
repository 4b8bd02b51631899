/**
 * Pictures of likelihood surfaces: the exact one beside a surrogate's.
 *
 * @module
 */

import { requireInteger, requireLength } from "@likely/core/check";
import { contour, type Grid } from "./_contour.ts";
import { BLUE, channel, INK, type LegendEntry, legendRow, ORANGE, plot } from "./_plot_style.ts";
import { roundIn } from "./_round.ts";
import { highest, requireSameGrid, widthOf } from "./_surfaces.ts";
import { likelihoodRatioLimit } from "./likelihood_region.ts";
import type { Surface, SurfaceAxis } from "./surface.ts";
import type { PlotSpec } from "./plot_spec.ts";

const ACTION = "plot a surface";
/** Edges of the shades, as twice the log-likelihood ratio to the best. */
const BANDS = [80, 40, 20, 10, 5, 2, 0.5];
const SIDE = 230;

/** Options of {@linkcode plotSurface}. */
export interface PlotSurfaceOptions {
  /**
   * Another surface on the same grid, drawn beside the first; its region is outlined in both.
   *
   * @default {undefined}
   */
  readonly compare?: Surface;
  /**
   * What the two are called.
   *
   * @default {["exact", "surrogate"]}
   */
  readonly labels?: readonly [string, string];
  /**
   * The true parameters, `[d]`.
   *
   * @default {undefined}
   */
  readonly truth?: ArrayLike<number>;
  /**
   * Of the region that is outlined, in (0, 1).
   *
   * @default {0.95}
   */
  readonly confidence?: number;
  /**
   * The two axes to show; over all others the highest value is taken (a profile likelihood).
   *
   * @default {[0, 1]}
   */
  readonly parameters?: readonly [number, number];
}

/**
 * Plots one surface, or two side by side: shades at likelihood ratios `2 (max l − l)` of ½, 2, 5,
 * 10, 20, 40 and 80, the confidence region in outline, the best cell as a cross.
 *
 * @param surface The surface of at least two parameters.
 * @param options A second surface, the truth, which axes.
 * @returns A Vega-Lite specification.
 * @throws {RangeError} If there are fewer than two axes or an option is out of range.
 * @throws {TypeError} If the grids differ or the truth is of another length.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { likelihoodSurface, plotSurface, renderSvg } from "@likely/diagnostics";
 *
 * const axes = ["μ", "log σ"].map((name) => ({ name, low: -3, high: 3, cells: 20 }));
 * const surface = likelihoodSurface(axes, (theta) =>
 *   Float64Array.from({ length: theta.n }, (_, i) =>
 *     -(theta.data[2 * i]! ** 2) - theta.data[2 * i + 1]! ** 2));
 * assertStringIncludes(await renderSvg(plotSurface(surface)), "log σ");
 * ```
 */
export function plotSurface(surface: Surface, options: PlotSurfaceOptions = {}): PlotSpec {
  const { compare, labels = ["exact", "surrogate"], truth, confidence = 0.95, parameters = [0, 1] } = options;
  const d = surface.axes.length;
  requireInteger(ACTION, "the number of axes", d, 2);
  for (const j of parameters) requireInteger(ACTION, "a parameter's number", j, 0, d - 1);
  if (truth) requireLength(ACTION, "truth", truth.length, d);
  if (compare) requireSameGrid(ACTION, surface, compare);
  const limit = likelihoodRatioLimit(2, confidence);
  const views = [surface, ...(compare ? [compare] : [])].map((one, k): View => {
    return { ...profile(one, parameters), label: labels[k as 0 | 1], colour: [BLUE, ORANGE][k]! };
  });
  const point = truth && { u: truth[parameters[0]]!, v: truth[parameters[1]]! };
  const panels = views.map((view) => panel(view, { views, limit, truth: point }));
  const legend = legendOf(views, confidence, truth !== undefined);
  return plot({ vconcat: [legendRow(legend, 2 * SIDE), { hconcat: panels, spacing: 24 }] });
}

/** Two parameters of a surface. */
interface View {
  readonly axes: readonly [SurfaceAxis, SurfaceAxis];
  /** −2 times the log-likelihood ratio to the best: 0 at the summit. */
  readonly ratios: Grid;
  readonly best: Spot;
  readonly label: string;
  readonly colour: string;
}

/** A point of a panel. */
interface Spot {
  readonly u: number;
  readonly v: number;
}

interface Context {
  readonly views: readonly View[];
  readonly limit: number;
  readonly truth: Spot | undefined;
}

function profile(
  { axes, nodes, values }: Surface,
  [across, up]: readonly [number, number],
): Pick<View, "axes" | "ratios" | "best"> {
  const pair = [axes[across]!, axes[up]!] as const;
  const [columns, rows] = [pair[0].cells, pair[1].cells];
  const cellOf = (k: number, j: number) =>
    Math.floor((nodes.data[k * nodes.dim + j]! - axes[j]!.low) / widthOf(axes[j]!));
  const { value: top } = highest(values);
  const ratios = new Float64Array(columns * rows).fill(-Infinity);
  values.forEach((value, k) => {
    const cell = cellOf(k, up) * columns + cellOf(k, across);
    ratios[cell] = Math.max(ratios[cell]!, 2 * (value - top));
  });
  const { index } = highest(ratios);
  const best = spotOf(pair, [index % columns, Math.floor(index / columns)]);
  // Curves are drawn between cells by their values, which must be finite.
  return { axes: pair, best, ratios: { values: ratios.map((v) => Math.max(v, -1e6)), columns, rows } };
}

function panel(view: View, { views, limit, truth }: Context): PlotSpec {
  const x = axisOf("u", view.axes[0]);
  const y = axisOf("v", view.axes[1]);
  const shades = BANDS.map((ratio) =>
    curve(view, ratio, { fill: view.colour, fillOpacity: 0.13, strokeWidth: 0 })
  );
  const outlines = views.map((other) =>
    curve(other, limit, {
      stroke: other.colour,
      strokeWidth: other === view ? 2 : 1.5,
      ...(other === view ? {} : { strokeDash: [5, 3] }),
    })
  );
  const marks = [
    spot(view.best, {
      type: "point",
      shape: "cross",
      filled: true,
      color: view.colour,
      size: 60,
      opacity: 1,
    }),
    ...(truth ? [spot(truth, { type: "point", filled: true, color: INK, size: 36, opacity: 1 })] : []),
  ];
  return {
    width: SIDE,
    height: SIDE,
    title: { text: view.label, fontSize: 12, fontWeight: 500, color: INK, anchor: "middle" },
    layer: [...shades, ...outlines, ...marks].map((layer) => ({
      ...layer,
      encoding: { ...(layer.encoding as PlotSpec), x, y },
    })),
  };
}

function axisOf(field: string, { name, low, high }: SurfaceAxis): PlotSpec {
  return channel(field, [low, high], { title: name, tickCount: 5 });
}

/** All that is at least as likely as a ratio: a row of nulls ends a ring within the path. */
function curve({ axes, ratios }: View, ratio: number, look: PlotSpec): PlotSpec {
  const values: PlotSpec[] = [];
  for (const ring of contour(ratios, -ratio)) {
    for (const corner of ring) values.push({ k: values.length, ...spotOf(axes, corner) });
    values.push({ k: values.length, u: null, v: null });
  }
  return {
    data: { values },
    mark: { type: "line", interpolate: "linear-closed", ...look },
    encoding: { order: { field: "k", type: "quantitative" } },
  };
}

/** Cell coordinates in units of the axes, kept to the grid's own corners. */
function spotOf(axes: View["axes"], cell: readonly [number, number]): Spot {
  const [u, v] = axes.map((axis, i) => {
    const value = axis.low + (cell[i]! + 0.5) * widthOf(axis);
    return roundIn(axis, Math.min(Math.max(value, axis.low), axis.high));
  });
  return { u: u!, v: v! };
}

function spot(at: Spot, mark: PlotSpec): PlotSpec {
  return { data: { values: [{ ...at }] }, mark, encoding: {} };
}

function legendOf(views: readonly View[], confidence: number, hasTruth: boolean): LegendEntry[] {
  const percent = +(100 * confidence).toPrecision(4);
  const entries = views.map(({ label, colour }): LegendEntry => {
    return { label: `${label}, ${percent} % region`, colour, shape: "line" };
  });
  return hasTruth ? [...entries, { label: "truth", colour: INK, shape: "circle" }] : entries;
}
