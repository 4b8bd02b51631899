// Draws in columns, what is worth saying of each, and what part of it a picture shows.

import { mean } from "@likely/core/mean";
import { quantile } from "@likely/diagnostics/quantile";

/** A parameter's draws, rising, in short. */
export interface ColumnSummary {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q5: number;
  readonly q50: number;
  readonly q95: number;
}

/** What is shown of a parameter. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** `[d][n]` of `[n, d]`. */
export function columnsOf(values: Float64Array, d: number): Float64Array[] {
  return Array.from(
    { length: d },
    (_, j) => Float64Array.from({ length: values.length / d }, (_, i) => values[i * d + j]!),
  );
}

/** One row a parameter. */
export function summarised(names: readonly string[], columns: readonly Float64Array[]): ColumnSummary[] {
  return names.map((name, j) => {
    const values = columns[j]!.slice().sort();
    const middle = mean(values);
    const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    return {
      name,
      mean: middle,
      sd: Math.sqrt(squares / (values.length - 1)),
      q5: quantile(values, 0.05),
      q50: quantile(values, 0.5),
      q95: quantile(values, 0.95),
    };
  });
}

/**
 * The central 99.8 % with a margin, inside the ends of the prior. What was shown before stays while the draws fit in and fill two fifths
 * of it: an axis that moved with its slider would hide what moves.
 */
export function windowOf(column: Float64Array, ends: Window, before: Window | undefined): Window {
  const sorted = column.slice().sort();
  const [from, to] = [quantile(sorted, 0.001), quantile(sorted, 0.999)];
  const width = to - from || Math.abs(to) || 1;
  if (before && from >= before.low && to <= before.high && width > 0.4 * (before.high - before.low)) {
    return before;
  }
  return { low: Math.max(from - 0.12 * width, ends.low), high: Math.min(to + 0.12 * width, ends.high) };
}

/** Pearson's. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i]! - meanA, b[i]! - meanB];
    [ab, aa, bb] = [ab + u * v, aa + u * u, bb + v * v];
  }
  return ab / Math.sqrt(aa * bb);
}
