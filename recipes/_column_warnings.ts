// Columns of the data that say nothing, or that a few rows speak for.

import {
  type Dataset,
  type LongTail,
  longTails,
  type Points,
  type Scaling,
  type Spec,
  unresolvedColumns,
} from "@likely/core";

/** Of a column; more are how the column is, and not some rows of it. */
const FEW = 0.05;
const MOST_NAMED = 3;

/** Sentences about columns of θ and x, as they are standardised. */
export function columnWarnings({ theta, x }: Dataset, spec: Spec, scaling: Scaling): string[] {
  return [
    ...silent("theta", theta, scaling.theta),
    ...silent("x", x, scaling.x),
    ...outliers(x, spec),
  ];
}

function silent(name: string, rows: Points, by: Scaling["x"]): string[] {
  const { constant, rounded } = unresolvedColumns(rows, by);
  const sentence = (columns: readonly number[], what: string) =>
    columns.length === 0 ? [] : [`${listed(columns, `of ${name}`)} ${what}`];
  return [
    ...sentence(constant, "never varied in training: nothing is learned of it"),
    ...sentence(
      rounded,
      "varied by less than a float64 of its size can tell: nothing is learned of it; subtract its offset " +
        "before it is rounded",
    ),
  ];
}

function outliers(x: Points, spec: Spec): string[] {
  const found = longTails(x).flatMap((tail, column) => {
    const rows = tail ? farRows(x, column, tail) : [];
    return rows.length > 0 && rows.length <= Math.max(1, FEW * x.n) ? [{ column, rows }] : [];
  });
  const texts = found.slice(0, MOST_NAMED).map(({ column, rows }) => {
    const first = rows.slice(0, MOST_NAMED).map((i) => `row ${i} with ${x.data[i * x.dim + column]}`);
    const more = rows.length > first.length ? ", …" : "";
    return `column ${column} (${rows.length} of ${x.n} rows: ${first.join(", ")}${more})`;
  });
  if (texts.length === 0) return [];
  const others = found.length > texts.length ? ` and ${found.length - texts.length} columns more` : "";
  // Whose density is learned is learned as it is, or on the scale that its column was said to have.
  const seen = spec.kind !== "network" && spec.target === "x"
    ? "the density that is learned may be wide for the others"
    : spec.kind !== "network" || spec.head.kind === "linear"
    ? "it is seen through asinh, so that the others are told apart"
    : "means of x, and costs that grow with distance, are made by these rows";
  return [`Few rows of x are far from all others in ${texts.join("; ")}${others}: ${seen}`];
}

function farRows({ data, n, dim }: Points, column: number, { low, high }: LongTail): number[] {
  const isFar = (i: number) => data[i * dim + column]! < low || data[i * dim + column]! > high;
  return Array.from({ length: n }, (_, i) => i).filter(isFar);
}

function listed(columns: readonly number[], whose: string): string {
  const named = columns.slice(0, 10).join(", ");
  const more = columns.length > 10 ? ` and ${columns.length - 10} more` : "";
  return columns.length === 1 ? `Column ${named} ${whose}` : `Each of the columns ${named}${more} ${whose}`;
}
