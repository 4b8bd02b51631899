// Columns of tables from elsewhere: which of them are the parameters, and which the data.

import { show } from "./_plain_data.ts";
import { gatherColumns } from "./_gather_columns.ts";
import type { Points } from "./points.ts";
import type { Table } from "./table.ts";

/** Columns found. */
export interface Matched {
  readonly rows: Points;
  /** What was done about names, in words. */
  readonly notes: readonly string[];
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
/** The numbers of rows, as pandas writes them. */
const INDEX = /^$|^(unnamed: 0|__index_level_0__)$/i;

/** The parameters, in the order of the prior: by name where names are theirs, else by place. */
export function thetaColumns({ names: given, rows }: Table, { names, task, file }: Wanted): Matched {
  const found = names.map((name) => given.indexOf(name));
  const twice = names.find((name) => given.indexOf(name) !== given.lastIndexOf(name));
  if (twice !== undefined) {
    refuse(`${file} must have one column for each parameter`, `${show(twice)} is there twice`);
  }
  if (found.every((column) => column >= 0)) {
    const others = given.filter((_, column) => !found.includes(column) && !isIndex(given, rows, column));
    const isInOrder = found.every((column, j) => j === 0 || column > found[j - 1]!);
    return {
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
  return { rows: gatherColumns(rows, kept), notes };
}

/** The data: all columns, or those that are no parameters. */
export function dataColumns(
  { names: given, rows }: Table,
  { names, task, file, xDim }: Wanted & { readonly xDim: number },
): Matched {
  const isTheta = names.every((name) => given.includes(name));
  if (rows.dim === xDim && !isTheta) {
    return { rows, notes: given.length > 0 ? [] : countedColumns(file, rows) };
  }
  const kept = withoutIndex(given, rows).filter((column) => !isTheta || !names.includes(given[column]!));
  if (kept.length === xDim) {
    return {
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

function withoutIndex(given: readonly string[], rows: Points): number[] {
  return Array.from({ length: rows.dim }, (_, column) => column).filter((column) =>
    !isIndex(given, rows, column)
  );
}

function isIndex(given: readonly string[], { data, n, dim }: Points, column: number): boolean {
  const name = given[column];
  if (name === undefined || !INDEX.test(name)) return false;
  return name !== "" ||
    Array.from({ length: n }, (_, i) => i).every((i) => Number.isInteger(data[i * dim + column]!));
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 10).map((name) => name === "" ? '""' : name).join(", ");
  return names.length > 10 ? `${first} and ${names.length - 10} more` : first;
}

function refuse(rule: string, state: string): never {
  throw new TypeError(`Cannot import simulations as ${rule}: ${state}`);
}
