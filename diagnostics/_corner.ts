// The panels of a corner plot.

import { extent, type Interval, mean } from "@likely/core";
import { isConstant } from "./_chains.ts";
import { contour } from "./_contour.ts";
import { type Axis, centre, density, hpdThreshold } from "./_density.ts";
import { channel, FAINT, INK } from "./_plot_style.ts";
import { roundIn } from "./_round.ts";
import { ticksInside } from "./_ticks.ts";
import type { PlotSpec } from "./plot_spec.ts";

/** One set of draws, in columns. */
export interface Layer {
  /** `[d][n]`. */
  readonly columns: readonly Float64Array[];
  /** Draws in a chain. */
  readonly length: number;
  /** Of everything drawn. */
  readonly colour: string;
  /** Filled regions, or outlines that can lie over them. */
  readonly isFilled: boolean;
}

/** All that a panel needs to know. */
export interface Corner {
  /** Names of the parameters. */
  readonly names: readonly string[];
  /** What is drawn, bottom first. */
  readonly layers: readonly Layer[];
  /** What is shown of each parameter. */
  readonly windows: readonly Interval[];
  /** The true parameters; empty where they are not known. */
  readonly truth: readonly number[];
  /** Prior densities, of those that are known. */
  readonly prior: readonly (((value: number) => number) | undefined)[];
  /** Mass of the regions, largest first. */
  readonly levels: readonly number[];
  /** Width and height of a panel, in pixels. */
  readonly side: number;
}

/** Which axis of which panel. */
interface AxisPlace {
  /** On the edge of the grid. */
  readonly isOuter: boolean;
  /** Below a panel, where numbers stand side by side. */
  readonly isAcross: boolean;
}

// Names and numbers at the outer edge only, and none so long, or so near the next panel, that
// it runs into its own (without a canvas Vega takes text for half as wide again as it is).
function axisOf({ names, side, windows }: Corner, j: number, { isOuter, isAcross }: AxisPlace): PlotSpec {
  const isSmall = side <= 110;
  const fontSize = isSmall ? 10 : 11;
  // A digit is 0.6 as wide as high.
  const room = (characters: number) => (isAcross ? 0.3 * fontSize * characters + 2 : fontSize / 2 + 2) / side;
  const ticks = ticksInside(windows[j]!, { least: isSmall ? 2 : 3, room });
  if (!isOuter) return { ...ticks, title: null, labels: false };
  return {
    ...ticks,
    title: names[j]!,
    titleLimit: 1.4 * side,
    titleFontSize: isSmall ? 10 : 12,
    labelFontSize: fontSize,
  };
}

function horizontal(corner: Corner, row: number, col: number): PlotSpec {
  const { low, high } = corner.windows[col]!;
  return channel(
    "u",
    [low, high],
    axisOf(corner, col, { isOuter: row === corner.names.length - 1, isAcross: true }),
  );
}

/** The marginal density of parameter `j`. */
export function diagonal(corner: Corner, j: number): PlotSpec {
  const axis = { ...corner.windows[j]!, bins: 256 };
  const curves = corner.layers.map((layer) => curve(layer, axis, j));
  const prior = priorCurve(corner.prior[j], axis);
  // A prior that is higher than all draws is cut off: these are to be seen.
  const [, top] = extent(curves.flat().map(({ v }) => v));
  const x = horizontal(corner, j, j);
  const y = channel("v", [0, 1.08 * top], null);
  return {
    layer: [
      ...corner.layers.map(({ colour, isFilled }, k): PlotSpec => ({
        data: { values: curves[k]! },
        mark: isFilled
          ? { type: "area", color: colour, fillOpacity: 0.25, line: { color: colour, strokeWidth: 1.5 } }
          : { type: "line", color: colour, strokeWidth: 1.5 },
        encoding: { x, y },
      })),
      ...(prior.length === 0 ? [] : [{
        data: { values: prior },
        mark: { type: "line", color: FAINT, strokeWidth: 1.3, clip: true },
        encoding: { x, y },
      }]),
      ...corner.truth.slice(j, j + 1).map((u) => truthRule(u, { x })),
    ],
  };
}

// In the same cells as the draws; where it is not finite, as at a pole, there is no line.
function priorCurve(
  density: ((value: number) => number) | undefined,
  axis: Axis,
): { u: number; v: number | null }[] {
  if (density === undefined) return [];
  const cell = (axis.high - axis.low) / axis.bins;
  return Array.from({ length: axis.bins }, (_, i) => {
    const at = centre(axis, i);
    const v = cell * density(at);
    return { u: roundIn(axis, at), v: Number.isFinite(v) ? Number(v.toPrecision(4)) : null };
  });
}

// Probability per cell: all layers have the same cells, so heights can be compared.
function curve({ columns, length }: Layer, axis: Axis, j: number): { u: number; v: number }[] {
  const mass = density({ columns: [columns[j]!], length }, [axis]);
  return Array.from(mass, (v, i) => ({ u: roundIn(axis, centre(axis, i)), v: Number(v.toPrecision(4)) }));
}

/** Highest-density regions of two parameters. */
export function below(corner: Corner, row: number, col: number): PlotSpec {
  const x = horizontal(corner, row, col);
  const { low, high } = corner.windows[row]!;
  // The least extent keeps short and long numbers, and so the names, in line.
  const y = channel("v", [low, high], {
    ...axisOf(corner, row, { isOuter: col === 0, isAcross: false }),
    minExtent: 24,
  });
  const [u, v] = [corner.truth[col], corner.truth[row]];
  return {
    layer: [
      ...corner.layers.flatMap((layer) =>
        regions(corner, layer, [col, row]).map((path): PlotSpec => ({
          ...path,
          encoding: { ...path.encoding, x, y },
        }))
      ),
      ...(u === undefined || v === undefined ? [] : [
        truthRule(u, { x }),
        truthRule(v, { y }),
        {
          data: { values: [{ u, v }] },
          mark: { type: "point", filled: true, color: INK, size: 26, opacity: 1 },
          encoding: { x, y },
        },
      ]),
    ],
  };
}

function regions(
  corner: Corner,
  { columns, length, colour, isFilled }: Layer,
  pair: readonly [number, number],
) {
  // Fine enough for a thin crescent; small panels need less.
  const bins = corner.side > 110 ? 128 : 64;
  const axes = pair.map((j) => ({ ...corner.windows[j]!, bins }));
  const values = density({ columns: pair.map((j) => columns[j]!), length }, axes);
  return corner.levels.map((level) => {
    const rings = contour({ values, columns: bins, rows: bins }, hpdThreshold(values, level));
    return {
      data: { values: pathOf(rings, axes[0]!, axes[1]!) },
      mark: {
        type: "line",
        interpolate: "linear-closed",
        stroke: colour,
        strokeWidth: 1,
        ...(isFilled ? { fill: colour, fillOpacity: 0.28 } : {}),
      },
      encoding: { order: { field: "k", type: "quantitative" } },
    };
  });
}

type Corners = { k: number; u: number | null; v: number | null }[];

// A row of nulls between two rings ends one and starts the next within the same path.
function pathOf(rings: readonly (readonly (readonly [number, number])[])[], x: Axis, y: Axis): Corners {
  const out: Corners = [];
  for (const ring of rings) {
    for (const [i, j] of ring) {
      out.push({ k: out.length, u: roundIn(x, centre(x, i)), v: roundIn(y, centre(y, j)) });
    }
    out.push({ k: out.length, u: null, v: null });
  }
  return out;
}

/** The correlation of two parameters. */
export function above(corner: Corner, row: number, col: number): PlotSpec {
  const size = Math.max(10, Math.round(corner.side / 11));
  const middle = (corner.layers.length - 1) / 2;
  return {
    layer: corner.layers.map(({ columns, colour }, k) => ({
      data: { values: [{ u: correlationText(columns[row]!, columns[col]!) }] },
      mark: { type: "text", fontSize: size, color: colour, dy: (k - middle) * 1.5 * size },
      encoding: {
        text: { field: "u", type: "nominal" },
        x: { value: corner.side / 2 },
        y: { value: corner.side / 2 },
      },
    })),
  };
}

function correlationText(a: Float64Array, b: Float64Array): string {
  const r = correlation(a, b);
  // Adding 0 makes a plain zero of a negative one.
  return Number.isFinite(r) ? (Math.round(100 * r) / 100 + 0).toFixed(2).replace("-", "−") : "–";
}

function correlation(a: Float64Array, b: Float64Array): number {
  // Rounding would give a constant a deviation.
  if ([a, b].some(isConstant)) return NaN;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i]! - ma, b[i]! - mb];
    [ab, aa, bb] = [ab + u * v, aa + u * u, bb + v * v];
  }
  return ab / Math.sqrt(aa * bb);
}

function truthRule(value: number, channels: { readonly x?: PlotSpec; readonly y?: PlotSpec }): PlotSpec {
  return {
    data: { values: [channels.x ? { u: value } : { v: value }] },
    mark: { type: "rule", color: INK, strokeWidth: 1, strokeDash: [4, 3] },
    encoding: { ...channels },
  };
}
