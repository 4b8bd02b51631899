// What columns of x seem to be, from the simulations alone.

import { mean, type Points } from "@likely/core";
import { columnInterval, type XColumn } from "./x_column.ts";

/**
 * Whole numbers from 0 on are counts; nothing but 0 and 1, two categories, unless there are many such
 * columns: counts then, as combinations would be too many to learn one by one. Positive numbers with a long
 * tail that logarithms take away are positive. Everything else may be any number.
 */
export function inferredColumns(x: Points): XColumn[] {
  const inferred = columns(x).map(inferredColumn);
  const isMany = inferred.filter(({ kind }) => kind === "category").length > MOST_CHOICES;
  return isMany
    ? inferred.map((column) => column.kind === "category" ? { kind: "count", most: 1 } : column)
    : inferred;
}

/** Columns of two categories each: 32 combinations. */
const MOST_CHOICES = 5;

/**
 * By their lower end, columns of x that a network had better see in logarithms; `null` for the others.
 * Seen as they are, the few largest numbers of a long tail would be all that it sees.
 */
export function longTailed(x: Points): (number | null)[] {
  return columns(x).map((values) => {
    const column = inferredColumn(values);
    const { low } = columnInterval(column);
    return column.kind !== "category" && low > -Infinity && isLongTailed(values, low) ? low : null;
  });
}

function columns({ data, n, dim }: Points): Float64Array[] {
  return Array.from(
    { length: dim },
    (_, j) => Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!),
  );
}

function inferredColumn(values: Float64Array): XColumn {
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (least === most) return { kind: "real" };
  if (least >= 0 && values.every(Number.isInteger)) {
    return most === 1 ? { kind: "category", categories: 2 } : { kind: "count" };
  }
  return least > 0 && isLongTailed(values, 0) ? { kind: "positive" } : { kind: "real" };
}

/** Whether values above `low` lean far to the right, and their logarithms by half as much or less. */
function isLongTailed(values: Float64Array, low: number): boolean {
  const raw = skewness(values);
  return raw > LEANING && Math.abs(skewness(values.map((value) => Math.log(value - low)))) < raw / 2;
}

/** An exponential's is 2; that of a square of a normal variate with a mean of two sds 1.2. */
const LEANING = 1;

function skewness(values: Float64Array): number {
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  return mean(values.map((value) => (value - centre) ** 3)) / variance ** 1.5;
}
