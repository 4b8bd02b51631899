// The cells of a line of CSV: where they are separated, and what they hold.

import { type CsvLine, refuseCsv } from "./_csv_lines.ts";

/** What is between two cells; blanks in any number; or nothing, in a table of one column. */
export type Separator = "," | ";" | "\t" | " " | "";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL: Readonly<Record<string, number>> = {
  nan: NaN,
  "+nan": NaN,
  "-nan": NaN,
  inf: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "+infinity": Infinity,
  "-infinity": -Infinity,
};
// What programs write where there is no number.
const MISSING =
  /^(|-+|\.+|\?+|<?na>?|n\/a|#n\/a|#(value|num|div\/0|null|ref)!|#name\?|nat|null|nil|none|missing|undefined|void)$/i;
// Numbers of another kind: with units or marks, Fortran's, hexadecimal ones.
const ALIKE = /^(?!_)[^\p{L}]*\d[^\p{L}]*$|^[^\p{L}_]*\d[\d.,]*[de][+−-]?\d+$|^[+−-]?0x[\da-f]+$/iu;

/** How the cells of a table are separated, by its first two lines. */
export function separatorOf(first: CsvLine, second: CsvLine | undefined): Separator {
  const row = second ?? first;
  const isRow = (separator: Separator) =>
    cellsOf(row, separator).every((cell) => numberOf(unquoted(cell)) !== undefined);
  for (const text of [row, first].map(withoutQuotes)) {
    const found = ([",", ";", "\t"] as const).filter((separator) => text.includes(separator));
    // Blanks may stand beside commas, and commas in numbers, which are refused later.
    if (found.length > 0) return found.find(isRow) ?? found.at(-1)!;
  }
  // Of a table with one column the name may have blanks, but no number has.
  return /\s/.test(withoutQuotes(row)) ? " " : "";
}

function withoutQuotes({ text }: CsvLine): string {
  return text.replace(/"[^"]*"/g, "x").trim();
}

/** The cells of a line as written, quotes included. */
export function cellsOf({ text, number }: CsvLine, separator: Separator): string[] {
  if (text.includes("\0")) {
    refuseCsv(
      "its text must be UTF-8, or UTF-16 with a byte order mark",
      `line ${number} has a NUL character`,
    );
  }
  if (text.includes('"')) return quotedCells(text, number, separator);
  if (separator === "") return [text.trim()];
  if (separator === " ") return text.trim().split(/\s+/);
  return text.split(separator).map((cell) => cell.trim());
}

const QUOTED = '"[^"]*(?:""[^"]*)*"';
const CELLS: Readonly<Record<Separator, RegExp>> = {
  ",": new RegExp(`\\s*(${QUOTED}|[^",]*?)\\s*(,|$)`, "gy"),
  ";": new RegExp(`\\s*(${QUOTED}|[^";]*?)\\s*(;|$)`, "gy"),
  "\t": new RegExp(` *(${QUOTED}|[^"\\t]*?) *(\\t|$)`, "gy"),
  " ": new RegExp(`\\s*(${QUOTED}|[^"\\s]+)(\\s+|$)`, "gy"),
  "": new RegExp(`\\s*(${QUOTED}|[^"]*?)\\s*()$`, "gy"),
};

function quotedCells(text: string, number: number, separator: Separator): string[] {
  const found = [...text.matchAll(CELLS[separator])];
  const read = found.reduce((length, [match]) => length + match.length, 0);
  if (read < text.length) refuseCsv("every quote must be closed", `line ${number}, character ${read + 1}`);
  // The end of the line matches once more, as an empty cell, unless a separator came before it.
  return found
    .filter(([match], i) => i === 0 || match !== "" || found[i - 1]![2] !== "" && separator !== " ")
    .map(([, cell]) => cell!);
}

/** Whether a cell is in quotes. */
export function isQuoted(cell: string): boolean {
  return cell.startsWith('"');
}

/** What is in the quotes of a cell, or the cell. */
export function unquoted(cell: string): string {
  return isQuoted(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

/** The number in a cell; undefined where there is none, or none that fits. */
export function numberOf(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number.isFinite(Number(cell)) ? Number(cell) : undefined;
  const word = cell.toLowerCase();
  return Object.hasOwn(SPECIAL, word) ? SPECIAL[word] : undefined;
}

/** Whether a cell is what programs write where there is no number. */
export function isMissing(cell: string): boolean {
  return MISSING.test(cell);
}

/** Whether a cell without quotes can be nothing but a name: no number, none written badly, no hole. */
export function isName(cell: string): boolean {
  return numberOf(cell) === undefined && !MISSING.test(cell) && !ALIKE.test(cell);
}
