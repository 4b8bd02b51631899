/**
 * Simulations as one table, for programs that read no Zarr.
 *
 * @module
 */

import { requireColumns } from "./check.ts";
import { type Points, row, zeros } from "./points.ts";
import type { Table } from "./table.ts";

/**
 * Puts parameters and data side by side: columns of the parameters' names, then `x1`, `x2`, …; `data1`, … where
 * a parameter is called so; or columns of x by names of their own, where these are told and no parameter has one.
 *
 * @param names Of the parameters.
 * @param theta `[n, names.length]`.
 * @param x `[n, p]`.
 * @param xNames `[p]`: names of the numbers of x, where they have some.
 * @returns `[n, names.length + p]`.
 * @throws {TypeError} If widths or numbers of rows do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, simulationTable } from "@likely/core";
 *
 * const { names, rows } = simulationTable(["a"], fromRows([[1]]), fromRows([[2, 3]]));
 * assertEquals([names, rows], [["a", "x1", "x2"], fromRows([[1, 2, 3]])]);
 * ```
 */
export function simulationTable(
  names: readonly string[],
  theta: Points,
  x: Points,
  xNames?: readonly string[],
): Table {
  requireColumns("make a table", "theta", theta, names.length);
  if (theta.n !== x.n) {
    throw new TypeError(
      `Cannot make a table as x must have ${theta.n} rows, as theta: current number is ${x.n}`,
    );
  }
  if (xNames && xNames.length !== x.dim) {
    throw new TypeError(
      `Cannot make a table as xNames must have length ${x.dim}: current length is ${xNames.length}`,
    );
  }
  const prefix =
    ["x", "data", "x_", "data_"].find((start) =>
      !names.some((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    ) ?? "of x: ";
  const rows = zeros(theta.n, theta.dim + x.dim);
  for (let i = 0; i < rows.n; i++) {
    row(rows, i).set(row(theta, i));
    rows.data.set(row(x, i), i * rows.dim + theta.dim);
  }
  const own = xNames?.some((name) => names.includes(name)) ? undefined : xNames;
  return { names: [...names, ...own ?? Array.from({ length: x.dim }, (_, j) => `${prefix}${j + 1}`)], rows };
}
