/**
 * Columns whose mean and standard deviation say nothing of most of their numbers.
 *
 * @module
 */

import { asinh, sinh } from "./elementary.ts";
import { columnSpread } from "./_column.ts";
import type { Points } from "./points.ts";

/** A column seen through `asinh((v − at) / unit)`: as it is within a unit, in logarithms beyond. */
export interface Fold {
  /** Where the column has its middle, or its lower end. */
  readonly at: number;
  /** The size of most numbers there, > 0. */
  readonly unit: number;
}

/** A column with long tails. */
export interface LongTail extends Fold {
  /** What lies below … */
  readonly low: number;
  /** … or above is far from all the rest, even as the column is seen. */
  readonly high: number;
}

/**
 * Finds the columns of x with long tails: whose standard deviation is more than four times what the
 * middle half of the numbers tells, and whose farthest number is beyond thirty units. A unit is the
 * robust deviation around the median; or, where no number is negative and the middle spans a decade
 * (counts, rates, concentrations), the smallest numbers around 0, so that the column is seen in
 * logarithms.
 *
 * @param source `[n, dim]`, n ≥ 1, finite.
 * @returns `[dim]`: the tail, or `null` for a column without.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { longTails, points } from "@likely/core";
 *
 * const rows = Float64Array.from({ length: 100 }, (_, i) => i === 7 ? 1e8 : i);
 * assertEquals(longTails(points(rows, 1))[0]?.at, 50);
 * assertEquals(longTails(points(rows.map((_, i) => i), 1)), [null]);
 * ```
 */
export function longTails({ data, n, dim }: Points): (LongTail | null)[] {
  return Array.from(
    { length: dim },
    (_, j) => longTail(Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!)),
  );
}

/** Numbers that quantiles are of. */
const SAMPLE = 10_000;
/** Of a standard normal. */
const MIDDLE_HALF = 1.349;
const HEAVY = 4;
const FAR = 30;

function longTail(values: Float64Array): LongTail | null {
  const { sd } = columnSpread(values);
  const sorted = sampled(values).sort();
  const robust = deviation(sorted);
  if (!(sd > HEAVY * robust)) return null;
  const least = values.reduce((a, b) => Math.min(a, b));
  const isScale = least >= 0 && 10 * quantile(sorted, 0.1) <= quantile(sorted, 0.9);
  const fold = isScale ? fromZero(sorted) : aroundMedian(sorted, robust);
  const farthest = values.reduce((most, value) => Math.max(most, Math.abs(value - fold.at)), 0);
  if (!(farthest > FAR * fold.unit)) return null;
  return { ...fold, ...(isScale ? farInLogarithms(sorted, fold) : farFrom(fold)) };
}

function fromZero(sorted: Float64Array): Fold {
  return { at: 0, unit: quantile(sorted.filter((value) => value > 0), 0.01) };
}

function aroundMedian(sorted: Float64Array, robust: number): Fold {
  const at = quantile(sorted, 0.5);
  if (robust > 0) return { at, unit: robust };
  // Most numbers are the same: the others tell a unit.
  const away = sorted.map((value) => Math.abs(value - at)).filter((value) => value > 0).sort();
  return { at, unit: quantile(away, 0.5) };
}

function farFrom({ at, unit }: Fold): Pick<LongTail, "low" | "high"> {
  return { low: at - FAR * unit, high: at + FAR * unit };
}

function farInLogarithms(sorted: Float64Array, { at, unit }: Fold): Pick<LongTail, "low" | "high"> {
  const seen = sorted.map((value) => asinh((value - at) / unit));
  const reach = 8 * Math.max(deviation(seen), 1);
  return { low: 0, high: at + unit * sinh(quantile(seen, 0.5) + reach) };
}

/** The standard deviation of a normal with the same middle half. */
function deviation(sorted: Float64Array): number {
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / MIDDLE_HALF;
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))]!;
}

/** All numbers of a short column; of a long one some from everywhere, by multiples of the golden ratio. */
function sampled(values: Float64Array): Float64Array {
  const { length: n } = values;
  if (n <= SAMPLE) return values.slice();
  const at = (i: number) => Math.floor((i * 0.6180339887498949) % 1 * n);
  return Float64Array.from({ length: SAMPLE }, (_, i) => values[at(i)]!);
}
