/**
 * Simulations that were made elsewhere: from tables to the store that `simulate()` makes.
 *
 * @module
 */

import { dataColumns, type Matched, thetaColumns } from "./_match_columns.ts";
import { swappedColumns } from "./_swapped_columns.ts";
import { requireLength } from "./check.ts";
import type { Dataset } from "./dataset.ts";
import { foreignTheta } from "./foreign_theta.ts";
import { type Points, points } from "./points.ts";
import { priorSpec } from "./prior_from.ts";
import type { Prior } from "./prior.ts";
import { readTable } from "./read_table.ts";
import { unresolvedColumns } from "./scaling.ts";
import type { SimulationManifest, StoredSimulations } from "./simulation_manifest.ts";
import type { Simulator } from "./simulator.ts";
import type { Table } from "./table.ts";

/** What simulations are of: a task will do; its simulator is not run. */
export interface ImportSource {
  /** Of the parameters. */
  readonly prior: Prior;
  /** Its name and widths. */
  readonly simulator: Pick<Simulator, "name" | "thetaDim" | "xDim" | "xNames">;
  /** One name for each number of x, where they have names: columns are then matched by them; else the simulator's. */
  readonly xNames?: readonly string[];
}

/** Paths of tables, or tables; several are joined in order. */
export interface ImportTables {
  /** Parameters: `[n, d]`. */
  readonly theta: string | Table | readonly (string | Table)[];
  /** Data: `[n, p]`. */
  readonly x: string | Table | readonly (string | Table)[];
  /**
   * ∇θ log p(x | θ) of each row, where it is known: `[n, d]`, in columns as those of theta.
   *
   * @default {undefined}
   */
  readonly score?: string | Table | readonly (string | Table)[];
}

/** Simulations imported. */
export interface ImportedSimulations extends StoredSimulations {
  /** What was done about names, in words. */
  readonly notes: readonly string[];
  /** What speaks against the tables, in words; empty where nothing does. */
  readonly warnings: readonly string[];
}

/** Rows in a chunk. */
const CHUNK_ROWS = 1000;

/**
 * Stores simulations that were made elsewhere, as `simulate()` with a path would.
 *
 * Tables are whatever `readTable` reads; of files and folders of several arrays `theta` or `prior`, `x` or
 * `prior_predictive`, and `score` are taken. Columns of parameters are matched by name where names are those of the
 * prior, in any order, and by place where there are none. A row of x with a number that is not finite has
 * failed: it is stored and counted, its parameters too.
 *
 * The folder appears whole or not at all, and importing the same again changes nothing. Simulations cannot be
 * added to it. Needs permission to read and write (`--allow-read`, `--allow-write`).
 *
 * @param path The folder; it must be absent, empty, or an import of the same tables.
 * @param source A prior, and the name and widths of a simulator.
 * @param tables Parameters and data, row by row.
 * @returns The rows that did not fail, and what is to be known of the tables: parameters that are not
 * distributed as their prior, columns that seem to be swapped, columns that never vary.
 * @throws {TypeError} If widths, names or numbers of rows do not agree.
 * @throws {RangeError} If a parameter is not finite or beyond its prior's support, every row has failed, or
 * the folder holds something else.
 * @throws {FormatError} If a file is no table of numbers.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, importSimulations, independent, openSimulations, uniform } from "@likely/core";
 *
 * const source = {
 *   prior: independent({ a: uniform(0, 1), b: uniform(0, 9) }),
 *   simulator: { name: "elsewhere", thetaDim: 2, xDim: 1 },
 * };
 * const theta = { names: ["b", "a"], rows: fromRows([[8, 0.5], [3, 0.1]]) };
 * const x = { names: [], rows: fromRows([[8.5], [3.1]]) };
 * const path = await Deno.makeTempDir();
 *
 * const { notes } = await importSimulations(path, source, { theta, x });
 * assertEquals(notes, ["columns of theta are matched by name: b, a"]);
 * assertEquals((await openSimulations(path)).dataset.theta, fromRows([[0.5, 8], [0.1, 3]]));
 * ```
 */
export async function importSimulations(
  path: string,
  source: ImportSource,
  tables: ImportTables,
): Promise<ImportedSimulations> {
  const { prior, simulator: { name: task, thetaDim, xDim } } = source;
  const { xNames = source.simulator.xNames } = source;
  const { names } = prior;
  requireLength("import simulations", "a row of the prior", prior.dim, thetaDim);
  const theta = await joined(
    "theta",
    listOf(tables.theta),
    ["theta", "prior"],
    (table, file) => thetaColumns(table, { names, task, file }),
  );
  const x = await joined(
    "x",
    listOf(tables.x),
    ["x", "prior_predictive"],
    (table, file) => dataColumns(table, { names, task, file, xDim, xNames }),
  );
  const score = tables.score === undefined ? undefined : await joined(
    "score",
    listOf(tables.score),
    ["score"],
    (table, file) => thetaColumns(table, { names, task, file }),
  );
  requireRowsOf(theta, "x", x);
  requireLabels(theta, "x", x);
  if (score) {
    requireRowsOf(theta, "score", score);
    requireLabels(theta, "score", score);
  }
  requireSound(theta, prior);
  requireOneWhole(x.rows);
  const { storeRows } = await import("./_import_store.ts");
  const manifest: Omit<SimulationManifest, "key"> = {
    format: 2,
    simulator: task,
    names,
    prior: priorSpec(prior),
    n: x.rows.n,
    xDim,
    ...(xNames && { xNames }),
    score: score !== undefined,
    chunkRows: CHUNK_ROWS,
  };
  const stored = await storeRows(path, manifest, {
    theta: theta.rows,
    x: x.rows,
    score: score?.rows,
  });
  return {
    ...stored,
    notes: [...theta.notes, ...x.notes, ...score?.notes ?? []],
    warnings: warningsOf(stored.dataset, theta.rows, prior),
  };
}

function requireRowsOf(theta: Joined, what: string, { rows, counts }: Joined): void {
  if (rows.n === theta.rows.n) return;
  throw new TypeError(
    `Cannot import simulations as ${what} must have as many rows as theta, ${theta.rows.n} (${theta.counts}): ` +
      `current number is ${rows.n} (${counts})`,
  );
}

/** Rows that are numbered must be numbered alike, or in a row: else they belong to others. */
function requireLabels(theta: Joined, what: string, other: Joined): void {
  const { labels: a } = theta;
  const { labels: b } = other;
  const at = a && b ? a.findIndex((label, i) => label !== b[i]) : -1;
  if (at >= 0) {
    throw new TypeError(
      `Cannot import simulations as rows of theta and ${what} must have the same numbers: row ${at + 1} is ${
        a![at]
      } in theta and ${b![at]} in ${what}; put them in the same order`,
    );
  }
  if ((a === undefined) === (b === undefined)) return;
  for (const [name, { labels, parts, rows }] of [["theta", theta], [what, other]] as const) {
    const ends = new Set(parts.map(({ first }) => first));
    const broken = labels?.findIndex((label, i) => i > 0 && !ends.has(i) && label !== labels[i - 1]! + 1) ??
      -1;
    if (broken < 0 || rows.n === 0) continue;
    throw new TypeError(
      `Cannot import simulations as numbered rows must rise by one where ${name} alone has numbers: row ${
        broken + 1
      } of ${name} is ${labels![broken]}, after ${
        labels![broken - 1]
      }; leave the numbers out if that is meant`,
    );
  }
}

function listOf(tables: ImportTables["theta"]): readonly (string | Table)[] {
  return Array.isArray(tables) ? tables : [tables as string | Table];
}

/** Tables one after another. */
interface Joined extends Matched {
  /** Where each file begins, and its name. */
  readonly parts: readonly { readonly file: string; readonly first: number }[];
  /** How many rows of which file, in words. */
  readonly counts: string;
}

async function joined(
  what: string,
  tables: readonly (string | Table)[],
  prefer: readonly string[],
  match: (table: Table, file: string) => Matched,
): Promise<Joined> {
  if (tables.length === 0) {
    throw new TypeError(`Cannot import simulations as ${what} must be in a table: there is none`);
  }
  const found: (Matched & { readonly file: string })[] = [];
  for (const [k, table] of tables.entries()) {
    const file = typeof table === "string" ? table : tables.length > 1 ? `${what}, table ${k + 1},` : what;
    found.push({
      file,
      ...match(typeof table === "string" ? await readTable(table, { prefer }) : table, file),
    });
  }
  let first = 0;
  const parts = found.map(({ file, rows }) => {
    first += rows.n;
    return { file, first: first - rows.n };
  });
  const { dim } = found[0]!.rows;
  const data = new Float64Array(first * dim);
  for (const [k, { rows }] of found.entries()) data.set(rows.data, parts[k]!.first * dim);
  return {
    rows: found.length === 1 ? found[0]!.rows : points(data, dim),
    ...found.every(({ labels }) => labels) && {
      labels: Float64Array.from(found.flatMap(({ labels }) => [...labels!])),
    },
    notes: [...new Set(found.flatMap(({ notes }) => notes))],
    parts,
    counts: found.map(({ file, rows }) => `${rows.n} of ${file}`).join(", "),
  };
}

/** Parameters that the prior cannot have drawn are of another prior, or of other columns. */
function requireSound({ rows, parts }: Joined, prior: Prior): void {
  const { names, support } = prior;
  const at = rows.data.findIndex((value, k) => {
    const { low, high } = support[k % rows.dim]!;
    return !Number.isFinite(value) || value < low || value > high;
  });
  if (at < 0) return;
  const [i, j] = [Math.floor(at / rows.dim), at % rows.dim];
  const { file, first } = parts.findLast((part) => part.first <= i)!;
  const value = rows.data[at]!;
  const where = `row ${i - first + 1} of ${file} has ${value} for ${names[j]}`;
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot import simulations as every parameter must be finite: ${where}`);
  }
  const order = swappedColumns(rows, prior);
  const hint = order
    ? `; columns look like ${order.map((k) => names[k]).join(", ")}: name them in the file`
    : "";
  const { low, high } = support[j]!;
  throw new RangeError(
    `Cannot import simulations as parameters must lie within their prior's support: ${where}, ` +
      `whose support is from ${low} to ${high}${hint}`,
  );
}

function requireOneWhole({ data, n, dim }: Points): void {
  for (let i = 0; i < n; i++) {
    if (data.subarray(i * dim, (i + 1) * dim).every(Number.isFinite)) return;
  }
  throw new RangeError(
    `Cannot import simulations as x must be finite in one row at least: each of ${n} rows has failed`,
  );
}

function warningsOf(dataset: Dataset, theta: Points, prior: Prior): string[] {
  const order = swappedColumns(theta, prior);
  const swapped =
    order?.flatMap((k, j) => k === j ? [] : [`${prior.names[j]} looks like ${prior.names[k]}`]) ?? [];
  return [
    ...swapped.length > 0
      ? [
        `Columns of theta look swapped, by what the prior says of each: ${
          swapped.join(", ")
        }; name them in the file`,
      ]
      : foreignTheta(dataset, prior),
    ...constantOf("theta", dataset.theta, prior.names),
    ...constantOf("x", dataset.x),
  ];
}

function constantOf(what: string, rows: Points, names?: readonly string[]): string[] {
  const { constant, rounded } = unresolvedColumns(rows);
  const columns = [...constant, ...rounded].sort((a, b) => a - b);
  if (columns.length === 0 || rows.n === 1) return [];
  const listed = columns.slice(0, 10).map((j) => names?.[j] ?? `${j + 1}`).join(", ");
  const more = columns.length > 10 ? ` and ${columns.length - 10} more` : "";
  const which = columns.length === 1
    ? `column ${listed} never varies`
    : `columns ${listed}${more} never vary`;
  return [`Of ${what} ${which}: nothing can be learned of that`];
}
