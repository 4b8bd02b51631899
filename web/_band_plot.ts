// What is predicted of columns of x that share an axis, beside what was observed.

import { shape } from "./_element.ts";
import { BLUE } from "./_plot_colours.ts";
import type { Band } from "./_prediction_protocol.ts";
import { ticks } from "./_ticks.ts";

/** Columns of x in one unit. */
export interface BandPanel {
  readonly label: string;
  readonly bands: readonly Band[];
  /** `[m][columns]`. */
  readonly observed: readonly (readonly number[])[];
}

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 8, 22, 22];
const HEIGHT = 150;
/** Of a column that is alone, of one among others, of all together at most. */
const [ALONE, STEP, WIDEST] = [64, 26, 480];
/** Of a column's place, where there is room. */
const FILLED = 0.84;
/** Dots of several observations side by side take so much of a column. */
const SPREAD = 0.7;

/** Draws a panel: columns of bars, wide and narrow, with medians, and dots. */
export function bandPlot({ label, bands, observed }: BandPanel): SVGSVGElement {
  const n = bands.length;
  const step = n === 1 ? ALONE : Math.min(STEP, WIDEST / n);
  const [low, high] = endsOf(bands, observed);
  const y = (value: number) => TOP + HEIGHT * (high - value) / (high - low);
  const bar = step * (step > 6 ? FILLED : 1);
  const left = (j: number) => LEFT + j * step + (step - bar) / 2;
  const box = (j: number, from: number, to: number, opacity: number) =>
    shape("rect", {
      ...{ x: left(j).toFixed(2), y: y(to).toFixed(2), width: bar.toFixed(2) },
      ...{ height: Math.max(0.5, y(from) - y(to)).toFixed(2), fill: BLUE, "fill-opacity": opacity },
    });
  const dots = observed.flatMap((row, i) => row.map((value, j) => dot(centre(j, i), y(value))));
  function centre(j: number, i: number): number {
    const m = observed.length;
    return LEFT + (j + 0.5) * step + (m > 1 ? SPREAD * bar * (i / (m - 1) - 0.5) : 0);
  }
  const [w, h] = [Math.max(LEFT + n * step + RIGHT, LEFT + 6.4 * label.length), TOP + HEIGHT + BOTTOM];
  const [inside, all] = insideBands(bands, observed);
  return shape("svg", {
    ...{ xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${w} ${h}`, width: w, height: h },
    ...{ "font-family": "system-ui, sans-serif", "font-size": 11, role: "img" },
    "aria-label": `${label}: ${inside} of ${all} observed inside the middle 90 % of what is predicted.`,
  }, [
    text(LEFT, 12, label, { "font-weight": 600 }),
    ...ticks(low, high, 4).flatMap((tick) => [
      line(LEFT, y(tick.value), LEFT + n * step, y(tick.value), 0.15),
      text(LEFT - 6, y(tick.value) + 4, tick.text, { "text-anchor": "end" }),
    ]),
    ...bands.flatMap((band, j) => [
      box(j, band.q5, band.q95, 0.28),
      box(j, band.q25, band.q75, 0.42),
      line(left(j), y(band.q50), left(j) + bar, y(band.q50), 1, BLUE),
    ]),
    ...dots,
    ...(n === 1 ? [] : [1, ...ticks(1, n, 6).map(({ value }) => value)]
      .filter((value, k, all) =>
        Number.isInteger(value) && value >= 1 && value <= n && all.indexOf(value) === k
      )
      .map((value) =>
        text(LEFT + (value - 0.5) * step, TOP + HEIGHT + 16, String(value), { "text-anchor": "middle" })
      )),
  ]);
}

/** How many observed numbers lie in the middle 90 % of their columns, of how many. */
export function insideBands(
  bands: readonly Band[],
  observed: readonly (readonly number[])[],
): [inside: number, all: number] {
  const inside = observed.reduce(
    (sum, row) => sum + row.filter((value, j) => value >= bands[j]!.q5 && value <= bands[j]!.q95).length,
    0,
  );
  return [inside, observed.length * bands.length];
}

/** With a margin; one height alone gets a window in proportion to its size. */
function endsOf(bands: readonly Band[], observed: readonly (readonly number[])[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  const see = (value: number) => [low, high] = [Math.min(low, value), Math.max(high, value)];
  for (const { q5, q95 } of bands) [q5, q95].forEach(see);
  observed.forEach((row) => row.forEach(see));
  const margin = 0.06 * (high - low) || 0.05 * Math.abs(low) || 0.5;
  return [low - margin, high + margin];
}

function dot(cx: number, cy: number): SVGElement {
  return shape("circle", { cx: cx.toFixed(2), cy: cy.toFixed(2), r: 3.2, fill: "currentColor" });
}

function line(x1: number, y1: number, x2: number, y2: number, opacity: number, colour = "currentColor") {
  return shape("line", {
    ...{ x1: x1.toFixed(2), y1: y1.toFixed(2), x2: x2.toFixed(2), y2: y2.toFixed(2) },
    ...{ stroke: colour, "stroke-opacity": opacity, "stroke-width": opacity === 1 ? 2 : 1 },
  });
}

function text(x: number, y: number, content: string, attributes: Record<string, string | number> = {}) {
  return shape("text", { x, y: y.toFixed(2), fill: "currentColor", ...attributes }, [content]);
}
