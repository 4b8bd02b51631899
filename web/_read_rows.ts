// Rows of numbers as people write them.

/** How many numbers a row has, and whether there may be several. */
export interface RowsExpected {
  readonly width: number;
  readonly many: boolean;
}

/**
 * Reads rows: one a line, numbers apart by commas, semicolons or white space. Where one row is wanted, line
 * breaks are white space.
 */
export function readRows(text: string, { width, many }: RowsExpected): number[][] {
  const words = (line: string) => line.split(/[\s,;]+/).filter((word) => word !== "");
  const lines = text.split(/\r?\n/).map(words).filter((line) => line.length > 0);
  const isList = !many || (lines.length > 1 && lines.every((line) => line.length === 1) && width > 1);
  const rows = isList ? [lines.flat()] : lines;
  if (rows.length === 0) throw new TypeError("Cannot read x as it must have numbers: there are none");
  return rows.map((row, i) => {
    const where = rows.length > 1 ? `row ${i + 1}` : "it";
    if (row.length !== width) {
      throw new TypeError(
        `Cannot read x as ${where} must have ${width} numbers: current number is ${row.length}`,
      );
    }
    return row.map((word) => {
      const value = Number(word);
      if (Number.isFinite(value)) return value;
      throw new TypeError(`Cannot read x as ${where} must have numbers alone: current value is "${word}"`);
    });
  });
}

/** Rows as text that {@linkcode readRows} reads. */
export function writeRows(rows: readonly (readonly number[])[]): string {
  return rows.map((row) => row.join(", ")).join("\n");
}
