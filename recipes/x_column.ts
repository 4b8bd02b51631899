/**
 * What the columns of data are, for densities of them.
 *
 * @module
 */

import type { Interval, Points } from "@likely/core";
import { requireLength } from "@likely/core/check";

/**
 * A column of x:
 * - any number, learned as it is;
 * - a positive one, learned on the log scale;
 * - one in (low, high), learned on the logistic scale;
 * - a count 0, 1, … up to `most`, if there is a most;
 * - one of `categories` categories, 0, 1, ….
 *
 * Counts stand for the interval ±½ around them: training adds uniform noise of that width, the density at
 * a whole number k is that of k, and draws are rounded. For counts that change smoothly the density is then
 * the probability. Categories are no numbers: see `MixedSpec`.
 */
export type XColumn =
  | { readonly kind: "real" }
  | { readonly kind: "positive" }
  | { readonly kind: "interval"; readonly low: number; readonly high: number }
  | { readonly kind: "count"; readonly most?: number }
  | { readonly kind: "category"; readonly categories: number };

/** Where the numbers that stand for a column can be. */
export function columnInterval(column: XColumn): Interval {
  switch (column.kind) {
    case "real":
      return { low: -Infinity, high: Infinity };
    case "positive":
      return { low: 0, high: Infinity };
    case "interval":
      return { low: column.low, high: column.high };
    case "count":
      return { low: -0.5, high: (column.most ?? Infinity) + 0.5 };
    case "category":
      return { low: -0.5, high: column.categories - 0.5 };
    default:
      return column satisfies never;
  }
}

/** Tells whether a column holds whole numbers. */
export function isWhole({ kind }: XColumn): boolean {
  return kind === "count" || kind === "category";
}

/**
 * Requires data to be what their columns are said to be.
 *
 * @param x `[n, p]`.
 * @param columns One for each column.
 * @throws {TypeError} If there is another number of columns.
 * @throws {RangeError} If a number lies outside its column's interval or is not whole.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { fromRows, requireXColumns } from "@likely/sbi";
 *
 * const x = fromRows([[3, 0.5], [-1, 2]]);
 * assertThrows(
 *   () => requireXColumns(x, [{ kind: "count" }, { kind: "positive" }]),
 *   RangeError,
 *   "column 0 of x must be a whole number in (-0.5, Infinity): current value is -1",
 * );
 * ```
 */
export function requireXColumns({ data, dim }: Points, columns: readonly XColumn[]): void {
  requireLength("use data", "columns", columns.length, dim);
  const rules = columns.map((column) => ({ ...columnInterval(column), whole: isWhole(column) }));
  const k = data.findIndex((value, i) => {
    const { low, high, whole } = rules[i % dim]!;
    return !(value > low && value < high && (!whole || Number.isInteger(value)));
  });
  if (k < 0) return;
  const { low, high, whole } = rules[k % dim]!;
  throw new RangeError(
    `Cannot use data as column ${k % dim} of x must be ${
      whole ? "a whole number " : ""
    }in (${low}, ${high}): ` +
      `current value is ${data[k]}`,
  );
}
