// What is predicted of columns of x that share an axis, beside what was observed.

import { shape } from "./_element.ts";
import { axisOf, BLUE, line, sheet, words } from "./_plot_parts.ts";
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
/** Width of a column that is alone, of one among others, of all together at most. */
const [ALONE, STEP, WIDEST] = [64, 26, 480];
/** Of a column's place, where there is room. */
const FILLED = 0.84;
/** Dots of several observations side by side take so much of a bar. */
const SPREAD = 0.85;
/** About the width of a letter. */
const LETTER = 7.4;

/** Draws a panel: bars of the middle 90 % and 50 %, medians, and dots. */
export function bandPlot({ label, bands, observed }: BandPanel): SVGSVGElement {
  const [n, m] = [bands.length, observed.length];
  const step = n === 1 ? ALONE : Math.min(STEP, WIDEST / n);
  const bar = step * (step > 6 ? FILLED : 1);
  const { low, high } = axisOf([...bands.flatMap(({ q5, q95 }) => [q5, q95]), ...observed.flat()]);
  const x = (j: number) => LEFT + (j + 0.5) * step;
  const y = (value: number) => TOP + HEIGHT * (high - value) / (high - low);
  const box = (j: number, from: number, to: number, opacity: number) =>
    shape("rect", {
      ...{ x: x(j) - bar / 2, y: y(to), width: bar, height: Math.max(0.5, y(from) - y(to)) },
      ...{ fill: BLUE, "fill-opacity": opacity },
    });
  const dot = (j: number, i: number, value: number) => {
    const aside = m > 1 ? SPREAD * bar * (i / (m - 1) - 0.5) : 0;
    return shape("circle", { cx: x(j) + aside, cy: y(value), r: 3.2, fill: "currentColor" });
  };
  const [inside, all] = insideBands(bands, observed);
  const right = LEFT + n * step;
  return sheet(
    Math.max(right + RIGHT, LEFT + LETTER * label.length),
    TOP + HEIGHT + BOTTOM,
    `${label}: ${inside} of ${all} observed inside the middle 90 % of what is predicted.`,
    [
      words([LEFT, 12], label, { "font-weight": 600 }),
      ...ticks(low, high, 4).flatMap(({ value, text }) => [
        line([LEFT, y(value)], [right, y(value)], { "stroke-opacity": 0.15 }),
        words([LEFT - 6, y(value) + 4], text, { "text-anchor": "end" }),
      ]),
      ...bands.flatMap((band, j) => [
        box(j, band.q5, band.q95, 0.28),
        box(j, band.q25, band.q75, 0.42),
        line([x(j) - bar / 2, y(band.q50)], [x(j) + bar / 2, y(band.q50)], {
          ...{ stroke: BLUE, "stroke-opacity": 1, "stroke-width": 2 },
        }),
      ]),
      ...observed.flatMap((row, i) => row.map((value, j) => dot(j, i, value))),
      ...numbersOf(n).map((k) =>
        words([x(k - 1), TOP + HEIGHT + 16], String(k), { "text-anchor": "middle" })
      ),
    ],
  );
}

/** Columns that are numbered below, from 1: the first and some round ones; none where there is but one. */
function numbersOf(n: number): number[] {
  if (n === 1) return [];
  return [1, ...ticks(1, n, 4).map(({ value }) => value).filter((k) => Number.isInteger(k) && k > 1)];
}

/** How many observed numbers lie in the middle 90 % of their columns, of how many. */
export function insideBands(
  bands: readonly Band[],
  observed: readonly (readonly number[])[],
): [inside: number, all: number] {
  const isInside = (value: number, { q5, q95 }: Band) => value >= q5 && value <= q95;
  const inside = observed.reduce((sum, row) => sum + row.filter((v, j) => isInside(v, bands[j]!)).length, 0);
  return [inside, observed.length * bands.length];
}
