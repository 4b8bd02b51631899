// What pictures have in common: colours, a sheet, lines, words, and where an axis ends.

import { shape } from "./_element.ts";

/** Seen on light and on dark. */
export const BLUE = "#3f83d6";
/** Beside it. */
export const ORANGE = "#d9822b";

/** A picture of so many pixels; `label` is what is heard of it. */
export function sheet(width: number, height: number, label: string, parts: readonly SVGElement[]) {
  return shape("svg", {
    ...{ xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height },
    ...{ "font-family": "system-ui, sans-serif", "font-size": 11, role: "img", "aria-label": label },
  }, parts);
}

/** A line from one point to another. */
export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElement {
  return shape("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-opacity": 0.5, ...attributes });
}

/** Words that begin at a point, unless told otherwise. */
export function words(
  [x, y]: readonly [number, number],
  text: string,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElement {
  return shape("text", { x, y, fill: "currentColor", ...attributes }, [text]);
}

/** The ends of an axis that shows such values, with a margin. */
export function axisOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  // One value alone gets a window in proportion to its size.
  const margin = 0.06 * (high - low) || 0.05 * Math.abs(low) || 0.5;
  return { low: low - margin, high: high + margin };
}
