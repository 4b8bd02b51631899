// Rows in standard units of a reference.

import type { Points } from "@likely/core";
import { isConstant } from "./_chains.ts";

/** A function that standardises rows by the column means and sds (n − 1) of `reference`. */
export function standardBy(reference: Points): (rows: Points) => Points {
  const by = Array.from({ length: reference.dim }, (_, j) => unitOf(columnOf(reference, j)));
  return (rows) => ({
    ...rows,
    data: rows.data.map((value, k) => (value - by[k % rows.dim]!.mean) / by[k % rows.dim]!.sd),
  });
}

function columnOf({ data, n, dim }: Points, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!);
}

function unitOf(column: Float64Array): { readonly mean: number; readonly sd: number } {
  const { length } = column;
  const mean = column.reduce((sum, value) => sum + value / length, 0);
  // A column that varies only by rounding has no spread but may have a size: dividing by its
  // "deviation" would turn rounding into signal.
  if (isConstant(column)) return { mean: column[0]!, sd: Math.abs(mean) || 1 };
  // In units of the farthest: squares of tiny numbers are 0, and of huge ones infinite.
  const farthest = column.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  const squares = column.reduce((sum, value) => sum + ((value - mean) / farthest) ** 2, 0);
  return { mean, sd: farthest * Math.sqrt(squares / Math.max(1, length - 1)) };
}

/** Rows of one table, then those of another. */
export function stacked(a: Points, b: Points): Points {
  const data = new Float64Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { data, n: a.n + b.n, dim: a.dim };
}
