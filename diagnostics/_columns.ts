// What is asked of draws before they are plotted, and the window a column is shown in.

import { type Draws, extent, type Interval } from "@likely/core";
import { reportNumber } from "./report_number.ts";

/** Requires a consistent, finite, non-empty record of draws. */
export function requireDraws(action: string, draws: Draws): void {
  const { names, chains, length, values } = draws;
  const expected = chains * length * names.length;
  if (values.length !== expected) {
    throw new TypeError(
      `Cannot ${action} as draws must hold chains x length x names = ${expected} values: ` +
        `current length is ${values.length}`,
    );
  }
  if (expected === 0) {
    throw new RangeError(`Cannot ${action} as draws must not be empty: current length is 0`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(`Cannot ${action} as draws must be finite: current value is ${values[bad]}`);
}

/** Share of the draws at each end that may be left out of a picture, though at least one. */
const STRAY = 0.005;
/** They are where they are farther out than so many times the width of all others: thousands of normal draws are not. */
const FAR = 0.3;

/**
 * The interval to show for some columns: all of them but a few far draws (one stray one must not
 * squeeze the rest), a margin of a tenth, and `include` whatever else must be seen.
 */
export function windowOf(
  columns: readonly Float64Array[],
  include: readonly number[] = [],
  far: number = FAR,
): Interval {
  const [low, high] = extent([...columns.flatMap((column) => endsOf(column, far)), ...include]);
  // A constant column gets a window in proportion to its size.
  const margin = high > low ? 0.1 * (high - low) : 0.05 * Math.abs(low) || 1;
  return { low: low - margin, high: high + margin };
}

/** Least and largest, but for strays. */
function endsOf(column: Float64Array, widths: number): [number, number] {
  const sorted = column.toSorted();
  const n = sorted.length;
  const [first, last] = [sorted[0]!, sorted[n - 1]!];
  const few = Math.max(1, Math.ceil(STRAY * n));
  if (n <= 8 * few) return [first, last];
  const [low, high] = [sorted[few]!, sorted[n - 1 - few]!];
  const far = widths * (high - low);
  // Nearly all are equal: the others are all there is to see.
  if (far === 0) return [first, last];
  // Of the draws that may go, those stay that are not far.
  let [left, right] = [few, n - 1 - few];
  while (left > 0 && sorted[left - 1]! >= low - far) left--;
  while (right < n - 1 && sorted[right + 1]! <= high + far) right++;
  return [sorted[left]!, sorted[right]!];
}

/** What a window leaves out, in words. */
export function outsideOf(columns: readonly Float64Array[], { low, high }: Interval): string | undefined {
  const all = columns.reduce((sum, column) => sum + column.length, 0);
  const isOutside = (value: number) => value < low || value > high;
  const outside = columns.reduce((sum, column) => sum + column.filter(isOutside).length, 0);
  return outside === 0 ? undefined : `${reportNumber(outside)} of ${reportNumber(all)} draws lie outside`;
}
