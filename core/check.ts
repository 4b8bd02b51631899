/**
 * Checks of arguments at public entries, one wording for the whole house: a message names the
 * action, the rule and the value.
 *
 * Its own entry, `@likely/core/check`, since only those who write packages need it.
 *
 * @module
 */

import { show } from "./_plain_data.ts";
import type { Points } from "./points.ts";
import { require } from "./_require.ts";
export { requireInteger } from "./_require.ts";
export { nearest } from "./_nearest.ts";
export { requireKey, type Words } from "./_require_key.ts";
export { requireSource } from "./_require_source.ts";
export { type OptionNames, requireOptions } from "./_require_options.ts";

/**
 * Requires a finite number > 0.
 *
 * @param action What cannot be done otherwise.
 * @param name What the value is called.
 * @param value The value.
 * @throws {RangeError} If it is not.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requirePositive } from "@likely/core/check";
 *
 * assertThrows(() => requirePositive("train", "learningRate", 0), RangeError, "must be a finite number > 0");
 * ```
 */
export function requirePositive(action: string, name: string, value: number): void {
  require(Number.isFinite(value) && value > 0, action, name, "a finite number > 0", value);
}

/**
 * Requires a finite number ≥ 0.
 *
 * @param action What cannot be done otherwise.
 * @param name What the value is called.
 * @param value The value.
 * @throws {RangeError} If it is not.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireNonNegative } from "@likely/core/check";
 *
 * assertThrows(() => requireNonNegative("train", "weight", -1), RangeError, "must be a finite number >= 0");
 * ```
 */
export function requireNonNegative(action: string, name: string, value: number): void {
  require(Number.isFinite(value) && value >= 0, action, name, "a finite number >= 0", value);
}

/**
 * Requires a finite number.
 *
 * @param action What cannot be done otherwise.
 * @param name What the value is called.
 * @param value The value.
 * @throws {RangeError} If it is not.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireFinite } from "@likely/core/check";
 *
 * assertThrows(() => requireFinite("build a normal", "mean", NaN), RangeError, "must be finite");
 * ```
 */
export function requireFinite(action: string, name: string, value: number): void {
  require(Number.isFinite(value), action, name, "finite", value);
}

/**
 * Requires a number strictly between 0 and 1.
 *
 * @param action What cannot be done otherwise.
 * @param name What the value is called.
 * @param value The value.
 * @throws {RangeError} If it is not.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireFraction } from "@likely/core/check";
 *
 * assertThrows(() => requireFraction("train", "validationFraction", 1), RangeError, "must be in (0, 1)");
 * ```
 */
export function requireFraction(action: string, name: string, value: number): void {
  require(value > 0 && value < 1, action, name, "in (0, 1)", value);
}

/**
 * Requires a length.
 *
 * @param action What cannot be done otherwise.
 * @param name What is measured.
 * @param length Its length.
 * @param expected The only one allowed.
 * @throws {TypeError} If they differ.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireLength } from "@likely/core/check";
 *
 * assertThrows(() => requireLength("score", "names", 1, 2), TypeError, "names must have length 2");
 * ```
 */
export function requireLength(action: string, name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new TypeError(
    `Cannot ${action} as ${name} must have length ${expected}: current length is ${length}`,
  );
}

/**
 * Requires rows of `dim` numbers.
 *
 * @param action What cannot be done otherwise.
 * @param name What the rows are called.
 * @param rows `[n, p]`.
 * @param dim The width they must have.
 * @throws {TypeError} If p is not `dim`, or they are no `Points`.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { requireColumns } from "@likely/core/check";
 *
 * assertThrows(() => requireColumns("test", "x", fromRows([[1]]), 2), TypeError, "x must have 2 columns");
 * ```
 */
export function requireColumns(action: string, name: string, rows: Points, dim: number): void {
  if (rows?.dim === dim) return;
  if (typeof rows?.dim !== "number") {
    throw new TypeError(
      `Cannot ${action} as ${name} must be points, as fromRows(rows) makes them: current value is ${
        show(rows)
      }`,
    );
  }
  throw new TypeError(`Cannot ${action} as ${name} must have ${dim} columns: current value is ${rows.dim}`);
}

/**
 * Requires at least `low` rows, all of them finite.
 *
 * @param action What cannot be done otherwise.
 * @param name What the rows are called.
 * @param rows `[n, p]`.
 * @param low The least n allowed.
 * @throws {RangeError} If there are fewer, or a number is NaN or infinite.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { requireRows } from "@likely/core/check";
 *
 * assertThrows(() => requireRows("test", "x", fromRows([[NaN]]), 1), RangeError, "x must be finite: row 0 has NaN");
 * ```
 */
export function requireRows(action: string, name: string, rows: Points, low: number): void {
  if (rows.n < low) {
    throw new RangeError(
      `Cannot ${action} as ${name} must have at least ${low} rows: current value is ${rows.n}`,
    );
  }
  const bad = rows.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(
    `Cannot ${action} as ${name} must be finite: row ${Math.floor(bad / rows.dim)} has ${rows.data[bad]} ` +
      `in column ${bad % rows.dim}`,
  );
}
