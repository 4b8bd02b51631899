// Columns of tables from elsewhere: which of them are the parameters, and which the data.

import { show } from "./_plain_data.ts";
import { gatherColumns } from "./_gather_columns.ts";
import type { Points } from "./points.ts";
import { rowNumbers } from "./row_numbers.ts";
import type { Table } from "./table.ts";

/** Columns found. */
export interface Matched {
  readonly rows: Points;
  /** What was done about names, in words. */
  readonly notes: readonly string[];
  /** `[n]`: the numbers that rows have, where a column held them. */
  readonly labels?: Float64Array;
}

/** What to look for. */
export interface Wanted {
  /** Names of the parameters. */
  readonly names: readonly string[];
  /** The task's name. */
  readonly task: string;
  /** What the table is called. */
  readonly file: string;
}

/** Names that say nothing but a place. */
const PLACE = /^$|^(theta|param|parameter|p|v|x|col|column|f|field|unnamed:?)?[ _.[]*\d+\]?$/i;
/** The parameters, in the order of the prior: by name where names are theirs, else by place. */
export function thetaColumns({ names: given, rows }: Table, { names, task, file }: Wanted): Matched {
  const found = names.map((name) => given.indexOf(name));
  const twice = names.find((name) => given.indexOf(name) !== given.lastIndexOf(name));
  if (twice !== undefined) {
    refuse(`${file} must have one column for each parameter`, `${show(twice)} is there twice`);
  }
  if (found.every((column) => column >= 0)) {
    const index = rowNumbers({ names: given, rows });
    const others = given.filter((_, column) => !found.includes(column) && column !== index);
    const isInOrder = found.every((column, j) => j === 0 || column > found[j - 1]!);
    return {
      ...labelsOf(given, rows),
      rows: gatherColumns(rows, found),
      notes: [
        ...isInOrder
          ? []
          : [`columns of ${file} are matched by name: ${
            given.filter((name) => names.includes(name)).join(", ")
          }`],
        ...others.length > 0
          ? [`columns of ${file} that are no parameters are left out: ${listed(others)}`]
          : [],
      ],
    };
  }
  const missing = names.find((_, j) => found[j]! < 0)!;
  const kept = withoutIndex(given, rows);
  const places = kept.map((column) => given[column] ?? "");
  if (!places.every((name) => PLACE.test(name))) {
    refuse(
      `${file} must have a column for ${show(missing)}, a parameter of ${task}`,
      `its columns are ${listed(given)}`,
    );
  }
  if (kept.length !== names.length) {
    refuse(
      `${file} must have ${names.length} columns, the parameters of ${task}: ${names.join(", ")}`,
      `it has ${kept.length}`,
    );
  }
  const notes = given.length > 0
    ? [
      `columns of ${file} are taken for ${names.join(", ")} in this order: they are called ${listed(places)}`,
    ]
    : countedColumns(file, rows);
  return { ...labelsOf(given, rows), rows: gatherColumns(rows, kept), notes };
}

/** The numbers of rows, which are no column of the table: two tables that disagree on them belong together otherwise. */
function labelsOf(given: readonly string[], rows: Points): Pick<Matched, "labels"> {
  const column = rowNumbers({ names: given, rows });
  return column === undefined ? {} : { labels: gatherColumns(rows, [column]).data };
}

/** The data: all columns, or those that are no parameters. */
export function dataColumns(
  { names: given, rows }: Table,
  { names, task, file, xDim, xNames = [] }: Wanted & {
    readonly xDim: number;
    readonly xNames?: readonly string[] | undefined;
  },
): Matched {
  const isTheta = names.every((name) => given.includes(name));
  const labels = labelsOf(given, rows);
  const found = xNames.map((name) => given.indexOf(name));
  if (found.length > 0 && found.every((column) => column >= 0)) {
    const isInOrder = found.every((column, j) => j === 0 || column > found[j - 1]!);
    const order = given.filter((name) => xNames.includes(name));
    const notes = isInOrder ? [] : [`columns of ${file} are matched by name: ${listed(order)}`];
    return { ...labels, rows: gatherColumns(rows, found), notes };
  }
  const missing = xNames.find((_, j) => found[j]! < 0);
  const isNamed = given.some((name) => !PLACE.test(name) && !names.includes(name));
  if (missing !== undefined && isNamed) {
    refuse(
      `${file} must have a column for ${show(missing)}, of x of ${task}`,
      `its columns are ${listed(given)}`,
    );
  }
  if (rows.dim === xDim && !isTheta) {
    return { rows, notes: given.length > 0 ? [] : countedColumns(file, rows) };
  }
  const kept = withoutIndex(given, rows).filter((column) => !isTheta || !names.includes(given[column]!));
  if (kept.length === xDim) {
    return {
      ...labels,
      rows: gatherColumns(rows, kept),
      notes: isTheta ? [`parameters in ${file} are left out of x`] : [],
    };
  }
  return refuse(
    `${file} must have ${xDim} columns, as x of ${task}`,
    `it has ${kept.length}${isTheta ? " beside the parameters" : ""}${
      given.length > 0 ? `: ${listed(given)}` : ""
    }`,
  );
}

/** A first row that counts columns, as pandas calls those without a name, cannot be told from numbers. */
function countedColumns(file: string, { data, n, dim }: Points): string[] {
  const isCounted = n > 1 && dim > 1 && data.subarray(0, dim).every((value, j) => value === j);
  return isCounted
    ? [
      `the first row of ${file} is ${
        listed(Array.from({ length: dim }, (_, j) => `${j}`))
      }: leave it out if it is a header`,
    ]
    : [];
}

function withoutIndex(names: readonly string[], rows: Points): number[] {
  const index = rowNumbers({ names, rows });
  return Array.from({ length: rows.dim }, (_, column) => column).filter((column) => column !== index);
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 10).map((name) => name === "" ? '""' : name).join(", ");
  return names.length > 10 ? `${first} and ${names.length - 10} more` : first;
}

function refuse(rule: string, state: string): never {
  throw new TypeError(`Cannot import simulations as ${rule}: ${state}`);
}
