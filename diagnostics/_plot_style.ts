// One look for all plots: about 480 pixels wide, so that a phone shows them nearly in full and a
// report may enlarge them; colours that colour-blind readers can tell apart (Okabe & Ito), the
// reader's own sans-serif, no grid, no frame.

import type { PlotSpec } from "./plot_spec.ts";

/** Width of a plot of one panel, in pixels. */
export const WIDTH = 420;
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
  // Thousands as in the tables of a report.
  locale: { number: { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["$", ""] } },
  axis: {
    grid: false,
    domainColor: FAINT,
    tickColor: FAINT,
    tickSize: 4,
    labelColor: INK,
    labelFontSize: 11,
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
  // Long numbers would take the place of their neighbours: 200k, 30µ, but never 0k.
  const short = { format: "~s", labelExpr: "datum.value === 0 ? '0' : datum.label" };
  return {
    field,
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: axis && { ...(isLong(domain) ? short : {}), ...axis },
  };
}

/**
 * Whether numbers of this domain are too long to be written out, and short with a prefix. Where the
 * domain is narrow for its place, all digits are needed: 101325.38 and 101325.39 are both 101.325k.
 */
export function isLong([low, high]: readonly [number, number]): boolean {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return (size >= 1e4 || high - low < 1e-3) && high - low > 1e-3 * size;
}

/** Lines of text under a plot. */
export function noteRows(notes: readonly string[], width: number = WIDTH): PlotSpec {
  const place = { type: "quantitative", scale: null, axis: null };
  return {
    width,
    height: 14 * notes.length,
    data: { values: notes.map((note, k) => ({ u: 0, v: 14 * k + 7, note })) },
    mark: { type: "text", align: "left", baseline: "middle", fontSize: 10, color: FAINT },
    encoding: {
      x: { ...place, field: "u" },
      y: { ...place, field: "v" },
      text: { field: "note", type: "nominal" },
    },
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
 * Rows of symbols and words above a plot. Vega's own legend belongs to one panel and pushes
 * a grid of panels out of line.
 */
export function legendRow(entries: readonly LegendEntry[], width: number = WIDTH): PlotSpec {
  const places = placesOf(entries, width);
  const values = entries.map(({ label, colour, shape }, k) => ({
    ...places[k]!,
    label,
    colour,
    shape: SYMBOLS[shape],
  }));
  const place = { type: "quantitative", scale: null, axis: null };
  const y = { ...place, field: "v" };
  return {
    width,
    height: 7 + places.at(-1)!.v,
    data: { values },
    layer: [
      {
        mark: { type: "point", filled: true, size: 64, opacity: 1 },
        encoding: {
          x: { ...place, field: "u" },
          y,
          shape: { field: "shape", type: "nominal", scale: null },
          color: { field: "colour", type: "nominal", scale: null },
        },
      },
      {
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 11, color: INK },
        encoding: { x: { ...place, field: "w" }, y, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}

// Of each symbol and its word; what does not fit begins a new row.
function placesOf(entries: readonly LegendEntry[], width: number): { u: number; v: number; w: number }[] {
  let [u, v] = [6, 7];
  return entries.map(({ label }) => {
    const room = 34 + 6.2 * label.length;
    if (u > 6 && u + room > width) [u, v] = [6, v + 16];
    const at = u;
    u += room;
    return { u: at, v, w: at + 12 };
  });
}
