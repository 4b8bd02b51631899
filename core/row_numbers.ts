/**
 * The column of a table that holds no data but the numbers of its rows.
 *
 * @module
 */

import type { Table } from "./table.ts";

/** How pandas and R call it. */
const NAME = /^$|^(unnamed: 0|__index_level_0__)$/i;

/**
 * Which column numbers the rows, as pandas and R write them.
 *
 * @param table A table.
 * @returns Its place; `undefined` where there is none.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, rowNumbers } from "@likely/core";
 *
 * assertEquals(rowNumbers({ names: ["", "a"], rows: fromRows([[0, 0.5], [1, 0.7]]) }), 0);
 * assertEquals(rowNumbers({ names: ["a"], rows: fromRows([[0.5]]) }), undefined);
 * ```
 */
export function rowNumbers({ names, rows: { data, n, dim } }: Table): number | undefined {
  const column = names.findIndex((name, j) => {
    if (!NAME.test(name)) return false;
    // A column without a name may hold data: numbers of rows are whole.
    return name !== "" ||
      Array.from({ length: n }, (_, i) => i).every((i) => Number.isInteger(data[i * dim + j]!));
  });
  return column < 0 ? undefined : column;
}
