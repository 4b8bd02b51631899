// What distances share: pairs of rows in, one number each out.

import { requireColumns, requireInteger } from "./check.ts";
import type { Points } from "./points.ts";

/** Where two rows begin in their arrays. */
export type Measure = (x: Float64Array, i: number, target: Float64Array, j: number) => number;

/** Calls `measure` with the places of every pair of rows. */
export function betweenRows(name: string, x: Points, target: Points, measure: Measure): Float64Array {
  requireColumns(`measure "${name}"`, "the target", target, x.dim);
  if (target.n !== x.n && target.n !== 1) {
    throw new TypeError(
      `Cannot measure "${name}" as the target must have ${x.n} rows or one: current value is ${target.n}`,
    );
  }
  const step = target.n === 1 ? 0 : x.dim;
  const out = new Float64Array(x.n);
  for (let i = 0; i < x.n; i++) out[i] = measure(x.data, i * x.dim, target.data, i * step);
  return out;
}

/** Requires rows that are sets of elements; returns how many. */
export function requireElements(name: string, { dim }: Points, element: number): number {
  requireInteger(`measure "${name}"`, "element", element, 1, dim);
  if (dim % element === 0) return dim / element;
  throw new TypeError(
    `Cannot measure "${name}" as element must divide the width of a row, ${dim}: current value is ${element}`,
  );
}
