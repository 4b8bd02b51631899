// Open intervals in floating point: what "strictly inside" means when rounding has its say.

import type { Interval } from "./interval.ts";

/** A number a little above x: the next one or the one after. */
function above(x: number): number {
  return x === -Infinity ? -Number.MAX_VALUE : x + Math.max(Math.abs(x) * 2 ** -52, Number.MIN_VALUE);
}

/** Moves a value on or beyond an end of the open interval just inside it; NaN stays NaN. */
export function inside({ low, high }: Interval, value: number): number {
  if (value <= low) return above(low);
  if (value >= high) return -above(-high);
  return value;
}

/** Requires low < high, with room between them and a width that float64 can hold. */
export function requireInterval(action: string, { low, high }: Interval): void {
  // Plain data from a file may hold anything; strings would even compare.
  const isNumeric = typeof low === "number" && typeof high === "number";
  const isRoomy = isNumeric && above(low) < high && -above(-high) > low;
  const isMeasurable = high - low < Infinity || low === -Infinity || high === Infinity;
  if (isRoomy && isMeasurable) return;
  throw new RangeError(
    `Cannot ${action} as low must be < high, with room between them: current value is (${low}, ${high})`,
  );
}
