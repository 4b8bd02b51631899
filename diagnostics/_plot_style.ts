// One look for all plots: colours that colour-blind readers can tell apart (Okabe & Ito), the
// reader's own sans-serif, no grid, no frame.

import type { PlotSpec } from "./plot_spec.ts";

/** Text, truth and observed data; a report swaps it for a light one on a dark page. */
export const INK = "#1d2733";
/** Axes and what should stay in the background. */
export const FAINT = "#8593a1";
/** The posterior. */
export const BLUE = "#2b83ba";
/** What it is compared with. */
export const ORANGE = "#d95f02";
/** Chains, in order. */
export const CHAINS: readonly string[] = [
  "#2b83ba",
  "#e69f00",
  "#009e73",
  "#cc6699",
  "#d95f02",
  "#56b4e9",
  "#8a6fc2",
  "#9a8d3c",
];

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

const CONFIG: PlotSpec = {
  aria: false,
  background: "white",
  font: FONT,
  padding: 6,
  view: { stroke: null },
  concat: { spacing: 10 },
  axis: {
    grid: false,
    domainColor: FAINT,
    tickColor: FAINT,
    tickSize: 4,
    labelColor: INK,
    labelFontSize: 10,
    labelOverlap: true,
    labelSeparation: 4,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
  },
};

/** Adds the schema and the look. */
export function plot(spec: PlotSpec): PlotSpec {
  return { $schema: "https://vega.github.io/schema/vega-lite/v6.json", config: CONFIG, ...spec };
}

/**
 * A quantitative channel on the fixed field `field` over a fixed domain. Fields have names of
 * our own: a user's may hold dots and brackets, which Vega-Lite reads as paths.
 */
export function channel(field: string, domain: readonly [number, number], axis: PlotSpec | null): PlotSpec {
  const size = Math.max(Math.abs(domain[0]), Math.abs(domain[1]));
  // Long numbers would take the place of their neighbours: 200k, 30µ, but never 0k.
  const isLong = size >= 1e4 || domain[1] - domain[0] < 1e-3;
  const short = { format: "~s", labelExpr: "datum.value === 0 ? '0' : datum.label" };
  return {
    field,
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: axis && { ...(isLong ? short : {}), ...axis },
  };
}

/** One entry of a legend. */
export interface LegendEntry {
  /** What it says. */
  readonly label: string;
  /** The colour of its symbol. */
  readonly colour: string;
  /** Its symbol. */
  readonly shape: "square" | "circle" | "line";
}

// "line" is a bar: Vega's own stroke symbol vanishes when filled.
const SYMBOLS = { square: "square", circle: "circle", line: "M-1.2,-0.15h2.4v0.3h-2.4Z" } as const;

/**
 * A row of symbols and words above a plot. Vega's own legend belongs to one panel and pushes
 * a grid of panels out of line.
 */
export function legendRow(entries: readonly LegendEntry[], width: number): PlotSpec {
  let u = 6;
  const values = entries.map(({ label, colour, shape }) => {
    const at = u;
    u += 34 + 6.2 * label.length;
    return { u: at, w: at + 12, label, colour, shape: SYMBOLS[shape] };
  });
  const x = { field: "u", type: "quantitative", scale: null, axis: null };
  return {
    width,
    height: 14,
    data: { values },
    layer: [
      {
        mark: { type: "point", filled: true, size: 64, opacity: 1 },
        encoding: {
          x,
          shape: { field: "shape", type: "nominal", scale: null },
          color: { field: "colour", type: "nominal", scale: null },
        },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, color: INK },
        encoding: { x: { ...x, field: "w" }, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}
