/**
 * Rows of numbers as CSV text (RFC 4180).
 *
 * @module
 */

import { requireLength } from "./check.ts";
import { fromRows, type Points, row } from "./points.ts";

/** Numbers read from CSV. */
export interface Csv {
  /** One name per column; empty when there is no header. */
  readonly names: readonly string[];
  /** `[n, names.length]`. */
  readonly rows: Points;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "+infinity": Infinity,
  "-infinity": -Infinity,
};

/**
 * Reads a table of numbers.
 *
 * The first line is a header if one of its cells is no number, or is quoted. `NaN` and
 * `Infinity` count as numbers, in Python's spelling too. A name may be quoted, but not hold a
 * line break.
 *
 * @param text Lines of cells with commas between them.
 * @returns The names and the rows, at least one.
 * @throws {SyntaxError} If there is no row, a cell is no number or a line is too long or too
 * short: the message names line and column, counted from 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readCsv } from "@likely/core";
 *
 * const { names, rows } = readCsv("a,b\n1,2\n3,4.5\n");
 * assertEquals(names, ["a", "b"]);
 * assertEquals(rows.data, new Float64Array([1, 2, 3, 4.5]));
 * assertEquals(readCsv("1,2").names, []);
 * ```
 */
export function readCsv(text: string): Csv {
  const lines = text.replace(/^\uFEFF/, "").trimEnd().split(/\r?\n/);
  const first = cells(lines[0]!, 1);
  const hasHeader = first.some((cell) => toNumber(cell) === undefined);
  const names = hasHeader ? first.map(toName) : [];
  const start = hasHeader ? 1 : 0;
  if (lines.length === start) {
    refuse("there must be at least one row of numbers", "the text ends after line 1");
  }
  const rows = lines.slice(start).map((line, i) => readRow(line, i + start + 1, first.length, names));
  return { names, rows: fromRows(rows) };
}

/**
 * Writes a table of numbers; {@linkcode readCsv} reads back the same numbers (−0 as 0).
 *
 * @param names One name per column; none for a table without a header.
 * @param rows `[n, names.length]`.
 * @returns One line per row, and one for the header.
 * @throws {TypeError} If the number of names is not that of the columns, or a name holds a
 * line break.
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

/** The cells of a line as written, quotes included. */
function cells(line: string, number: number): string[] {
  if (!line.includes('"')) return line.split(",").map((cell) => cell.trim());
  const found = [...line.matchAll(/\s*("(?:[^"]|"")*"|[^",]*?)\s*(,|$)/gy)];
  const read = found.reduce((length, [match]) => length + match.length, 0);
  if (read < line.length) refuse("every quote must be closed", `line ${number}, character ${read + 1}`);
  // The end of the line matches once more, as an empty cell, unless a comma came before it.
  return found.filter(([, , end], i) => i === 0 || found[i - 1]![2] === "," || end === ",").map(([, cell]) =>
    cell!
  );
}

function readRow(line: string, number: number, length: number, names: readonly string[]): number[] {
  const row = cells(line, number);
  if (row.length !== length) {
    refuse(`every line must have ${length} cells`, `line ${number} has ${line === "" ? 0 : row.length}`);
  }
  return row.map((cell, j) => {
    const value = toNumber(cell);
    if (value !== undefined) return value;
    const name = names[j] === undefined ? "" : ` (${names[j]})`;
    return refuse(
      "every cell must be a number",
      `line ${number}, column ${j + 1}${name} is ${JSON.stringify(cell)}`,
    );
  });
}

function toNumber(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number(cell);
  const word = cell.toLowerCase();
  return Object.hasOwn(SPECIAL, word) ? SPECIAL[word] : undefined;
}

function toName(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function quote(name: string): string {
  if (/[\r\n]/.test(name)) {
    throw new TypeError(
      `Cannot write CSV as names must not hold line breaks: current value is ${JSON.stringify(name)}`,
    );
  }
  // A quoted cell is never taken for a number.
  const isPlain = name !== "" && name === name.trim() && !/[",\uFEFF]/.test(name) &&
    toNumber(name) === undefined;
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

function refuse(rule: string, state: string): never {
  throw new SyntaxError(`Cannot read CSV as ${rule}: ${state}`);
}
