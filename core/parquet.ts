/**
 * Tables as Parquet files: what pandas, Polars, Arrow and DuckDB write.
 *
 * @module
 */

import { requireLength } from "./check.ts";
import type { Table } from "./table.ts";

/**
 * Reads a Parquet file of numbers, in any compression.
 *
 * A missing number (null, as which pandas writes NaN) is NaN, never 0. Booleans are 0 and 1. The code that
 * reads is loaded with the first call.
 *
 * @param bytes The file.
 * @returns Its names and rows.
 * @throws {FormatError} If it is no such file, is damaged, or a column is nested or holds text, dates, or a
 * whole number that no float64 is: the message names the column.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, readParquet, writeParquet } from "@likely/core";
 *
 * const table = { names: ["a", "b"], rows: fromRows([[1, 2], [NaN, 4.5]]) };
 * assertEquals(await readParquet(await writeParquet(table)), table);
 * ```
 */
export async function readParquet(bytes: Uint8Array): Promise<Table> {
  const { decodeParquet } = await import("./_parquet.ts");
  return await decodeParquet(bytes);
}

/**
 * Writes a table as a Parquet file of float64 columns that miss nothing, uncompressed.
 *
 * @param table One distinct name per column, and the rows.
 * @returns The file.
 * @throws {TypeError} If the number of names is not that of the columns.
 * @throws {RangeError} If a name is there twice, or there is no row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, writeParquet } from "@likely/core";
 *
 * const bytes = await writeParquet({ names: ["a"], rows: fromRows([[1]]) });
 * assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "PAR1");
 * ```
 */
export async function writeParquet(table: Table): Promise<Uint8Array<ArrayBuffer>> {
  const { names, rows } = table;
  requireLength("write Parquet", "names", names.length, rows.dim);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined || rows.n === 0) {
    throw new RangeError(
      `Cannot write Parquet as names must be distinct and rows be there: ${
        twice === undefined ? "there is no row" : `current value is "${twice}" twice`
      }`,
    );
  }
  const { encodeParquet } = await import("./_parquet.ts");
  return encodeParquet(table);
}
