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
  const isRow = (separator: Separator) => {
    try {
      return cellsOf(row, separator).every((cell) => numberOf(unquoted(cell)) !== undefined);
    } catch {
      // Quotes that end where another separator stands.
      return false;
    }
  };
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

/** Letter by letter, as a pattern would go back over blanks again and again. */
function quotedCells(text: string, number: number, separator: Separator): string[] {
  const cells: string[] = [];
  const blank = separator === "\t" ? / / : /\s/;
  const skipped = (at: number) => {
    while (at < text.length && blank.test(text[at]!)) at++;
    return at;
  };
  for (let at = 0;;) {
    const start = at;
    const refuse = () => refuseCsv("every quote must be closed", `line ${number}, character ${start + 1}`);
    at = skipped(at);
    // Blanks at the end separate nothing.
    if (separator === " " && at === text.length && cells.length > 0) return cells;
    const from = at;
    at = text[at] === '"' ? afterQuotes(text, at) ?? refuse() : afterPlain(text, at, separator, blank);
    const cell = text.slice(from, at).trimEnd();
    if (!isQuoted(cell) && cell.includes('"')) refuse();
    cells.push(cell);
    const next = skipped(at);
    if (next === text.length) return cells;
    if (separator === " ") {
      if (next === at) refuse();
      at = next;
    } else if (text[next] === separator) at = next + 1;
    else refuse();
  }
}

/** Where a cell in quotes ends, two of which are one within it; undefined where it does not. */
function afterQuotes(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return undefined;
}

function afterPlain(text: string, from: number, separator: Separator, blank: RegExp): number {
  if (separator === "") return text.length;
  if (separator !== " ") {
    const end = text.indexOf(separator, from);
    return end < 0 ? text.length : end;
  }
  let at = from;
  while (at < text.length && !blank.test(text[at]!)) at++;
  return at;
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
