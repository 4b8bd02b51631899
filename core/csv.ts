/**
 * Rows of numbers as CSV text (RFC 4180).
 *
 * @module
 */

import {
  cellsOf,
  isMissing,
  isName,
  isQuoted,
  numberOf,
  type Separator,
  separatorOf,
  unquoted,
} from "./_csv_cells.ts";
import { type CsvLine, csvLines, refuseCsv } from "./_csv_lines.ts";
import { show } from "./_plain_data.ts";
import { requireLength } from "./check.ts";
import { type Points, points, row } from "./points.ts";

/** Numbers read from CSV. */
export interface Csv {
  /** One name per column; empty when there is no header. */
  readonly names: readonly string[];
  /** `[n, names.length]`. */
  readonly rows: Points;
}

/** Options of {@linkcode readCsv}. */
export interface CsvOptions {
  /**
   * What a cell is where there is no number, empty or `NA`, as pandas and R write it: refused, or NaN.
   *
   * @default {"refuse"}
   */
  readonly missing?: "refuse" | "nan";
}

/**
 * Reads a table of numbers.
 *
 * Cells may be separated by commas, semicolons, tabs or blanks, as `numpy.savetxt` does, and may be
 * in quotes. Lines that begin with `#` are comments. The first line is a header where none of its
 * cells is a number, a number written otherwise, or a mark of a missing one such as `NA`; a name that
 * looks like these must be in quotes. The first name of all may be empty, as above the numbers of rows
 * that pandas writes. `NaN` and `Infinity` count as numbers, in Python's spelling
 * too. Decimals have points: `1,5` between semicolons is refused, not guessed at.
 *
 * @param source Text; or bytes, however many, of UTF-8, or of UTF-16 with a byte order mark.
 * @param options What is made of missing numbers.
 * @returns The names and the rows, at least one.
 * @throws {SyntaxError} If there is no row, a cell is no number, names and numbers are mixed in the
 * first line, or a line is too long or too short: the message names line and column, counted from 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readCsv } from "@likely/core";
 *
 * const { names, rows } = readCsv("a,b\n1,2\n3,4.5\n");
 * assertEquals(names, ["a", "b"]);
 * assertEquals(rows.data, new Float64Array([1, 2, 3, 4.5]));
 * assertEquals(readCsv("1 2").names, []);
 * ```
 */
export function readCsv(source: string | Uint8Array, { missing = "refuse" }: CsvOptions = {}): Csv {
  const lines = csvLines(source);
  const [first, second] = [lines.next().value, lines.next().value] as (CsvLine | undefined)[];
  if (first === undefined) refuseCsv("there must be at least one row of numbers", "there is none");
  const separator = separatorOf(first, second);
  const header = headerOf(first, second, separator);
  if (header && second === undefined) {
    refuseCsv("there must be at least one row of numbers", `the text ends after line ${first.number}`);
  }
  const width = cellsOf(first, separator).length;
  const isNumbered = header !== undefined && isNumberedRow(second!, width, separator);
  const names = isNumbered ? ["", ...header] : header ?? [];
  const table = { names, dim: isNumbered ? width + 1 : width, separator, missing };
  const start = [...(header ? [] : [first]), ...(second ? [second] : [])];
  return { names, rows: points(readRows(start, lines, table), table.dim) };
}

/** R's write.table gives the numbers of rows a column, in quotes or, between blanks, from 1 on, and no name. */
function isNumberedRow(line: CsvLine, width: number, separator: Separator): boolean {
  const cells = cellsOf(line, separator);
  return cells.length === width + 1 &&
    (isQuoted(cells[0]!) || separator === " " && width > 1 && cells[0] === "1");
}

/**
 * Writes a table of numbers; {@linkcode readCsv} reads back the same numbers (−0 as 0) and names.
 *
 * @param names One name per column; none for a table without a header.
 * @param rows `[n, names.length]`.
 * @returns One line per row, and one for the header.
 * @throws {TypeError} If the number of names is not that of the columns, or a name holds NUL or half
 * of a surrogate pair.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, writeCsv } from "@likely/core";
 *
 * assertEquals(writeCsv(["a", "b"], fromRows([[1, 0.1]])), "a,b\n1,0.1\n");
 * ```
 */
export function writeCsv(names: readonly string[], rows: Points): string {
  if (names.length > 0) requireLength("write CSV", "names", names.length, rows.dim);
  const lines = Array.from({ length: rows.n }, (_, i) => row(rows, i).join(","));
  return [...(names.length > 0 ? [names.map(quote).join(",")] : []), ...lines].map((line) => `${line}\n`)
    .join("");
}

/** The names in the first line; undefined where it holds numbers, or should. */
function headerOf(
  first: CsvLine,
  second: CsvLine | undefined,
  separator: Separator,
): string[] | undefined {
  const below = second ? cellsOf(second, separator) : [];
  const cells = cellsOf(first, separator);
  // Quotes make a name of anything, unless numbers are in quotes as well.
  const areNames = cells.map((cell, j) =>
    isQuoted(cell) && second !== undefined && !isQuoted(below[j] ?? "") || isName(unquoted(cell))
  );
  // The first cell is empty above the numbers of rows.
  if (cells.length > 1 && unquoted(cells[0]!) === "" && unquoted(below[0] ?? "") !== "") {
    areNames[0] = areNames.slice(1).every(Boolean);
  }
  if (areNames.every(Boolean)) return cells.map(unquoted);
  if (!areNames.some(Boolean)) return undefined;
  const [name, other] = [areNames.indexOf(true), areNames.indexOf(false)];
  refuseCsv(
    "the first line must hold names, quoted where they look like numbers, or numbers, but not both",
    `line ${first.number}, column ${other + 1} is ${show(cells[other])}, column ${name + 1} ${
      show(cells[name])
    }`,
  );
}

/** What all lines of a table have in common. */
interface Table {
  readonly names: readonly string[];
  readonly dim: number;
  readonly separator: Separator;
  readonly missing: NonNullable<CsvOptions["missing"]>;
}

function readRows(start: readonly CsvLine[], rest: Iterable<CsvLine>, table: Table): Float64Array {
  let data = new Float64Array(table.dim * 64);
  let length = 0;
  const read = (line: CsvLine) => {
    const cells = cellsOf(line, table.separator);
    requireCells(line, cells, table);
    if (length + table.dim > data.length) data = grown(data);
    for (const [j, cell] of cells.entries()) {
      data[length++] = numberOf(unquoted(cell)) ?? missingOf(line, j, table);
    }
  };
  start.forEach(read);
  for (const line of rest) read(line);
  return data.slice(0, length);
}

function requireCells({ text, number }: CsvLine, cells: readonly string[], { dim }: Table): void {
  const length = /^ *$/.test(text) ? 0 : cells.length;
  if (length !== dim) refuseCsv(`every line must have ${dim} cells`, `line ${number} has ${length}`);
}

function missingOf(line: CsvLine, j: number, table: Table): number {
  const cell = unquoted(cellsOf(line, table.separator)[j]!);
  return table.missing === "nan" && isMissing(cell) ? NaN : refuseCell(line, j, table);
}

function refuseCell(line: CsvLine, j: number, { names, separator }: Table): never {
  const cell = cellsOf(line, separator)[j]!;
  const name = names[j] === undefined ? "" : ` (${names[j]})`;
  const rule = /^[+-]?\d*,\d+$/.test(unquoted(cell))
    ? "decimals must have points, not commas"
    : "every cell must be a number";
  return refuseCsv(rule, `line ${line.number}, column ${j + 1}${name} is ${show(cell)}`);
}

function grown(data: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * data.length);
  larger.set(data);
  return larger;
}

function quote(name: string): string {
  if (!name.isWellFormed() || name.includes("\0")) {
    throw new TypeError(
      `Cannot write CSV as names must be text without NUL or half a surrogate pair: current value is ${
        show(name)
      }`,
    );
  }
  const isPlain = name === name.trim() && !/[",;\t\r\n\uFEFF]|^#/.test(name) && isName(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}
