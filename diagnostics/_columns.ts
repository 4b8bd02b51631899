// What is asked of draws before they are plotted, and the window a column is shown in.

import type { Draws, Interval } from "@likely/core";
import { quantile } from "./quantile.ts";

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

/**
 * The interval to show for some columns: their central 99.8 % (one stray draw must not squeeze
 * the rest), a margin of a tenth, and `include` whatever else must be seen.
 */
export function windowOf(columns: readonly Float64Array[], include: readonly number[] = []): Interval {
  const ends = columns.flatMap((values) => [quantile(values, 0.001), quantile(values, 0.999)]);
  const low = Math.min(...ends, ...include);
  const high = Math.max(...ends, ...include);
  // A constant column gets a window in proportion to its size.
  const margin = high > low ? 0.1 * (high - low) : 0.05 * Math.abs(low) || 1;
  return { low: low - margin, high: high + margin };
}
