// The picture: a histogram of every parameter, draws of every pair below, correlations above.

import { correlation, type Window } from "./_columns.ts";
import { shape } from "./_element.ts";
import { BLUE, line, sheet, words } from "./_plot_parts.ts";
import { ticks } from "./_ticks.ts";

/** What is drawn. */
export interface Pairs {
  readonly names: readonly string[];
  /** `[d][n]`. */
  readonly columns: readonly Float64Array[];
  readonly windows: readonly Window[];
  /** In pixels. */
  readonly width: number;
}

const GAP = 8;
const [LEFT, TOP, BOTTOM] = [58, 24, 42];
/** Points of all panels together. */
const MOST_POINTS = 30_000;
/** Draws of a panel in so many strokes: strokes that lie over each other are darker, points of one are not. */
const STROKES = 8;

/** Draws the picture. */
export function pairPlot({ names, columns, windows, width }: Pairs): SVGSVGElement {
  const d = names.length;
  const side = Math.max(34, Math.min(260, Math.floor((width - LEFT - GAP) / d) - GAP));
  const size = d * (side + GAP) - GAP;
  const [w, h] = [LEFT + size + GAP, TOP + size + BOTTOM];
  const at = (j: number) => j * (side + GAP);
  const places = windows.map(({ low, high }) => (value: number) => side * (value - low) / (high - low));
  const most = side < 80 ? 2 : 4;
  const marks = windows.map(({ low, high }) =>
    ticks(low, high, most).filter(({ value }) => within(value, { low, high }))
  );
  const panels: SVGElement[] = [];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const inside = panel({ names, columns, windows, width, side, places }, i, j);
      const transform = `translate(${LEFT + at(j)} ${TOP + at(i)})`;
      panels.push(
        shape("g", { transform }, [
          ...(i >= j
            ? [shape("rect", {
              ...{ width: side, height: side, fill: "none" },
              ...{ stroke: "currentColor", "stroke-opacity": 0.25 },
            })]
            : []),
          ...inside,
          ...(i === d - 1 ? across(marks[j]!, places[j]!, side, names[j]!) : []),
          ...(j === 0 && i > 0 ? upwards(marks[i]!, places[i]!, side, names[i]!) : []),
        ]),
      );
    }
  }
  const label = `Draws of ${names.join(", ")} in pairs; the table has their numbers.`;
  return sheet(w, h, label, panels);
}

interface Frame extends Pairs {
  readonly side: number;
  readonly places: readonly ((value: number) => number)[];
}

function panel(frame: Frame, i: number, j: number): SVGElement[] {
  if (i === j) return [histogram(frame, j), title(frame, j)];
  return i > j ? cloud(frame, i, j) : [agreement(frame, i, j)];
}

function histogram({ columns, windows, side }: Frame, j: number): SVGElement {
  const { low, high } = windows[j]!;
  const bins = side < 80 ? 16 : 32;
  const counts = new Uint32Array(bins);
  for (const value of columns[j]!) {
    const bin = Math.floor(bins * (value - low) / (high - low));
    if (bin >= 0 && bin < bins) counts[bin]!++;
  }
  const top = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = side / bins;
  let path = `M0 ${side}`;
  counts.forEach((count) => path += `V${(side - 0.92 * side * count / top).toFixed(1)}h${step.toFixed(3)}`);
  return shape("path", { d: `${path}V${side}Z`, fill: BLUE, "fill-opacity": 0.45, stroke: BLUE });
}

function title({ names, side }: Frame, j: number): SVGElement {
  return words([side / 2, -7], cut(names[j]!, side), { "text-anchor": "middle", "font-weight": 600 });
}

function cloud({ names, columns, windows, side, places }: Frame, i: number, j: number): SVGElement[] {
  const [xs, ys] = [columns[j]!, columns[i]!];
  const pairs = names.length * (names.length - 1) / 2;
  const stride = Math.max(1, Math.ceil(xs.length * pairs / MOST_POINTS));
  const paths: string[] = Array(STROKES).fill("");
  for (let k = 0; k < xs.length; k += stride) {
    if (!within(xs[k]!, windows[j]!) || !within(ys[k]!, windows[i]!)) continue;
    paths[(k / stride) % STROKES] += `M${places[j]!(xs[k]!).toFixed(1)} ${
      (side - places[i]!(ys[k]!)).toFixed(1)
    }h0`;
  }
  const isFew = xs.length / stride <= 400;
  const size = (isFew ? 3 : 2.2) * (side < 80 ? 0.5 : 1);
  return paths.filter((path) => path !== "").map((path) =>
    shape("path", {
      ...{ d: path, stroke: BLUE, "stroke-opacity": isFew ? 0.7 : 0.45, fill: "none" },
      ...{ "stroke-width": size, "stroke-linecap": "round" },
    })
  );
}

function agreement({ columns, side }: Frame, i: number, j: number): SVGElement {
  const value = correlation(columns[i]!, columns[j]!);
  const text = Number.isFinite(value) ? value.toFixed(2).replace(/^-(?=0\.00$)/, "").replace("-", "−") : "–";
  return words([side / 2, side / 2 + 4], text, {
    "text-anchor": "middle",
    "fill-opacity": 0.55 + 0.45 * Math.abs(value || 0),
    "font-size": side < 80 ? 11 : 15,
  });
}

type Marks = readonly { readonly value: number; readonly text: string }[];

/** Ticks below a panel, and the name below them. */
function across(marks: Marks, place: (value: number) => number, side: number, name: string): SVGElement[] {
  return [
    ...marks.flatMap(({ value, text }) => [
      line([place(value), side], [place(value), side + 4]),
      // Not so near an end that it meets the next panel's.
      ...(place(value) < 3 * text.length || place(value) > side - 3 * text.length ? [] : [
        words([place(value), side + 16], text, { "text-anchor": "middle" }),
      ]),
    ]),
    words([side / 2, side + 33], cut(name, side), { "text-anchor": "middle", "font-weight": 600 }),
  ];
}

function upwards(marks: Marks, place: (value: number) => number, side: number, name: string): SVGElement[] {
  return [
    ...marks.flatMap(({ value, text }) => [
      line([-4, side - place(value)], [0, side - place(value)]),
      words([-7, Math.min(Math.max(side - place(value) + 4, 9), side)], text, { "text-anchor": "end" }),
    ]),
    words([0, 0], cut(name, side), {
      transform: `translate(${12 - LEFT} ${side / 2}) rotate(-90)`,
      ...{ "text-anchor": "middle", "font-weight": 600 },
    }),
  ];
}

function within(value: number, { low, high }: Window): boolean {
  return value >= low && value <= high;
}

function cut(name: string, side: number): string {
  const most = Math.max(4, Math.floor(side / 7));
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
