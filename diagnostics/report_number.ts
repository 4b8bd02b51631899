/**
 * Numbers as reports write them.
 *
 * @module
 */

import { typesetInUnits } from "./_in_units.ts";
import { typeset } from "./_typeset.ts";

/**
 * Writes a number for people: thousands apart, a true minus, no more digits than asked for.
 *
 * Whole numbers keep all their digits, and so do the whole parts of others. Thousands are parted by a thin
 * space at which no line breaks and which no locale reads as a decimal point.
 *
 * @param value The number.
 * @param digits Significant digits of a number that is not whole.
 * @param spread What the number is uncertain by: where given, three digits of it decide.
 * @returns The text; `"not known"` for NaN.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reportNumber } from "@likely/diagnostics";
 *
 * assertEquals([12_345, -0.123456, NaN].map((value) => reportNumber(value)), [
 *   "12\u202f345",
 *   "−0.1235",
 *   "not known",
 * ]);
 * assertEquals(reportNumber(101325.3847, 4), "101\u202f325");
 * assertEquals(reportNumber(101325.3847, 4, 0.5), "101\u202f325.385");
 * ```
 */
export function reportNumber(value: number, digits = 4, spread = 0): string {
  if (Number.isNaN(value)) return "not known";
  if (spread > 0) return typesetInUnits(value, spread);
  const isLarge = Math.abs(value) >= 10 ** (digits - 1) && Math.abs(value) < 1e15;
  return typeset(String(isLarge ? Math.round(value) : +value.toPrecision(digits)));
}
