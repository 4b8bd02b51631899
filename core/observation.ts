/**
 * Observations in whatever form they are at hand.
 *
 * @module
 */

import { show } from "./_plain_data.ts";
import { asPoints, fromRows, type Points } from "./points.ts";

type NamedNumbers = Readonly<Record<string, number>>;

/** One row of data: numbers in order, or by the names of the columns of x. */
export type ObservedRow = ArrayLike<number> | Readonly<Record<string, number>>;

/** What can be observed: one row, or several, as `Points` or as a list. */
export type Observation = ObservedRow | Points | readonly ObservedRow[];

/**
 * Takes an observation as rows of numbers in order.
 *
 * @param action What cannot be done otherwise.
 * @param x One row or several.
 * @param xNames Names of the columns, where they have some: rows by name need them.
 * @returns `[m, p]`.
 * @throws {TypeError} If it is something else, rows are empty or differ in length, or names are not those of x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, observationRows } from "@likely/core";
 *
 * const rows = fromRows([[3, 0.5]]);
 * assertEquals(observationRows("ask", [3, 0.5]), rows);
 * assertEquals(observationRows("ask", [[3, 0.5]]), rows);
 * assertEquals(observationRows("ask", { wait: 0.5, queued: 3 }, ["queued", "wait"]), rows);
 * ```
 */
export function observationRows(
  action: string,
  x: Observation,
  xNames?: readonly string[],
): Points {
  if (typeof x === "object" && x !== null) {
    if ("data" in x && x.data instanceof Float64Array) return asPoints(x as Points);
    const rows = isListOfRows(x) ? x : [x as ObservedRow];
    return fromRows(rows.map((row) => isList(row) ? row : inOrder(action, row as NamedNumbers, xNames)));
  }
  throw new TypeError(
    `Cannot ${action} as x must be numbers, rows of numbers, or numbers by name: current value is ${show(x)}`,
  );
}

function isListOfRows(x: Observation): x is readonly ObservedRow[] {
  return Array.isArray(x) && typeof x[0] === "object" && x[0] !== null;
}

function isList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || ArrayBuffer.isView(value) ||
    typeof (value as ArrayLike<number> | null)?.length === "number" && 0 in (value as object);
}

function inOrder(
  action: string,
  row: NamedNumbers,
  xNames: readonly string[] | undefined,
): number[] {
  if (xNames === undefined) {
    throw new TypeError(
      `Cannot ${action} as numbers of x have no names here: give them in order: current value is ${
        show(row)
      }`,
    );
  }
  const given = Object.keys(row ?? {});
  if (given.length === xNames.length && xNames.every((name) => Object.hasOwn(row, name))) {
    return xNames.map((name) => row[name]!);
  }
  throw new TypeError(
    `Cannot ${action} as x must have ${xNames.join(", ")}: current names are ${given.join(", ") || "none"}`,
  );
}
