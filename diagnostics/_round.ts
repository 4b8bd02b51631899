import type { Interval } from "@likely/core";

/**
 * A number to a ten-thousandth of a window: what the eye can see, at a third of the size. It is
 * the window that counts: digits of the number itself would move 101325.385 by half a unit.
 */
export function roundIn({ low, high }: Interval, value: number): number {
  const unit = 10 ** Math.floor(Math.log10((high - low) / 10_000));
  // What is rounded to the last digits of a float64 is left alone.
  if (!(Math.abs(value) < 1e14 * unit)) return value;
  return Number((Math.round(value / unit) * unit).toPrecision(15));
}
