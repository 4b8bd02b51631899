/**
 * Numbers as reports write them.
 *
 * @module
 */

import { typeset } from "./_typeset.ts";

/**
 * Writes a number for people: thousands apart, a true minus, no more digits than asked for.
 *
 * Whole numbers keep all their digits. Thousands are parted by a thin space, which no locale
 * reads as a decimal point.
 *
 * @param value The number.
 * @param digits Significant digits of a number that is not whole.
 * @returns The text; `"not known"` for NaN.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reportNumber } from "@likely/diagnostics";
 *
 * assertEquals([12_345, -0.123456, NaN].map((value) => reportNumber(value)), [
 *   "12\u2009345",
 *   "−0.1235",
 *   "not known",
 * ]);
 * ```
 */
export function reportNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "not known";
  return typeset(String(Number.isInteger(value) ? value : +value.toPrecision(digits)));
}
