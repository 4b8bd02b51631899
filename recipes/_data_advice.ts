// What training data leave open, in words.

import type { Dataset, Points } from "@likely/core";
import type { XColumn } from "./x_column.ts";

/** Says what was left out of the data, and what they cannot tell; training goes on. */
export function dataAdvice(dataset: Dataset, columns: readonly XColumn[] = []): string[] {
  const { theta, x } = dataset;
  return [
    ...failedAdvice(dataset),
    ...constantAdvice("theta", theta, "of that nothing is learned"),
    ...constantAdvice("x", x, "from that nothing is learned"),
    ...columns.flatMap((column, j) => categoryAdvice(column, x, j)),
  ];
}

function failedAdvice({ theta, failed, failures }: Dataset): string[] {
  if (failed === 0) return [];
  const first = failures?.[0] ? `, row ${failures[0].row} as ${failures[0].reason}` : "";
  return [
    `${failed} of ${theta.n + failed} simulations failed and were left out${first}: parameters that make ` +
    `simulations fail are under-represented, and the prior is as if they were less likely`,
  ];
}

function constantAdvice(name: string, rows: Points, consequence: string): string[] {
  const constant = Array.from({ length: rows.dim }, (_, j) => j).filter((j) => isConstant(rows, j));
  if (constant.length === 0 || rows.n < 2) return [];
  return [`Of ${name} ${counted(constant)} never varied in ${rows.n} simulations: ${consequence}`];
}

function isConstant({ data, dim }: Points, j: number): boolean {
  for (let k = j; k < data.length; k += dim) if (data[k] !== data[j]) return false;
  return true;
}

/** "columns 0, 3 and 5 more". */
function counted(columns: readonly number[]): string {
  const more = columns.length - MOST_NAMED;
  const named = columns.slice(0, MOST_NAMED).join(", ");
  return `${columns.length === 1 ? "column" : "columns"} ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

const MOST_NAMED = 5;

function categoryAdvice(column: XColumn, { data, dim }: Points, j: number): string[] {
  if (column.kind !== "category") return [];
  const seen = new Set<number>();
  for (let k = j; k < data.length; k += dim) seen.add(data[k]!);
  const unseen = Array.from({ length: column.categories }, (_, c) => c).filter((c) => !seen.has(c));
  if (unseen.length === 0) return [];
  return [
    `In column ${j} of x ${unseen.length} of ${column.categories} categories, the first ${
      unseen[0]
    }, never ` +
    `occurred in ${data.length / dim} simulations: their probabilities are guesses`,
  ];
}
