// Files that users hand in: errors say which file.

import {
  type Artifact,
  decodeArtifact,
  FormatError,
  fromRows,
  type Observation,
  observationRows,
  openSimulations,
  type Points,
  points,
  priorShape,
  readTable as readAnyTable,
  rowNumbers,
  type StoredSimulations,
} from "@likely/core";
import { isTask, loadTask, type TaskSource } from "./_task.ts";
import { isTaskFile, readTaskFile } from "./_task_file.ts";

/** Reads a folder of simulations. */
export async function readSimulations(path: string): Promise<StoredSimulations> {
  const isFile = await Deno.stat(path).then((found) => found.isFile, () => false);
  if (isFile) throw new Error(`Cannot read ${path} as it must be a folder of simulations: it is a file`);
  const found = await openSimulations(path);
  const { proposal, level } = found.manifest;
  if (level) {
    throw new Error(
      `Cannot train on ${path} as its rows must be data: they are of level ${level.number} of ${level.of}; ` +
        "train on the folder that it is in, with --levels",
    );
  }
  if (proposal === undefined) return found;
  throw new Error(
    `Cannot train on ${path} as its parameters must be draws of the prior: current value is "${proposal}"`,
  );
}

/** Reads a model. */
export function readModel(path: string): Promise<Artifact> {
  return readFile(path, decodeArtifact);
}

/** Requires a model whose prior its file holds: not one of the user's own. */
export function requireKnownPrior(path: string, { prior }: Artifact): void {
  if (prior.kind !== "custom") return;
  throw new TypeError(
    `Cannot sample from ${path} as its prior must be one that files hold: current value is "${prior.name}", ` +
      "of which a program has to pass the density: posterior(artifact, x, { prior })",
  );
}

/** What data are called in files and folders of several arrays. */
const DATA = ["x", "observed_data"];

/**
 * Reads observed data: rows of a table, or the data that a task comes with, which are one row, or rows of a
 * trial each where the model is of trials. A list of as many numbers as a row must have is one row, and so are
 * numbers in place of a file, `0.8,9`.
 */
export async function readObservation(x: string, { spec: { xDim }, provenance }: Artifact): Promise<Points> {
  if (!isTask(x)) return await numbersOf(x) ?? await readRows(x, xDim);
  const observation = await readTaskObservation(x);
  const isOfTrials = provenance.trials !== undefined && observation.length % xDim === 0;
  return points(observation, isOfTrials ? xDim : observation.length);
}

/** A row that is written where a file could be named; a file of that name is what is meant. */
async function numbersOf(text: string): Promise<Points | undefined> {
  const numbers = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (numbers.some(Number.isNaN)) return undefined;
  const isFile = await Deno.stat(text).then(() => true, () => false);
  return isFile ? undefined : fromRows([numbers]);
}

/** What a module says was observed: in whatever form its writer had it. */
async function moduleData(
  task: string,
): Promise<
  { readonly observation?: Observation | undefined; readonly xNames?: readonly string[] | undefined }
> {
  const { task: { observation, simulator }, xNames } = await loadTask(task);
  return { observation, xNames: xNames ?? simulator.xNames };
}

/** The data that a task comes with. */
export async function readTaskObservation(task: string): Promise<Float64Array> {
  // For its data alone no program is started.
  const { observation, xNames } = isTaskFile(task)
    ? { observation: (await readTaskFile(task)).observation, xNames: undefined }
    : await moduleData(task);
  if (observation) return observationRows(`take data from the task ${task}`, observation, xNames).data;
  throw new Error(`Cannot take data from the task ${task} as it must have an observation: give a table`);
}

/** What a table of data must be. */
export interface TableRule {
  /** What it is given as: `--observations`. */
  readonly what: string;
  /** Numbers in a row. */
  readonly dim: number;
  /** Whose x that is: `the simulations'`. */
  readonly whose: string;
}

/** Reads a table of finite numbers, so many in a row. */
export async function readTable(path: string, rule: TableRule): Promise<Points> {
  const rows = await readRows(path, rule.dim);
  requireTable(path, rows, rule);
  return rows;
}

async function readRows(path: string, dim: number): Promise<Points> {
  const table = await readAnyTable(path, { prefer: DATA });
  const { rows, isList } = table;
  if (isList && rows.n === dim) return points(rows.data, dim);
  const index = rows.dim === dim + 1 ? rowNumbers(table) : undefined;
  return index === undefined ? rows : points(rows.data.filter((_, k) => k % rows.dim !== index), dim);
}

/** Requires rows of finite numbers as wide as the model's x. */
export function requireFits(x: string, rows: Points, { spec }: Artifact): void {
  requireTable(x, rows, { what: "x", dim: spec.xDim, whose: "the model's" });
}

/** Requires the task that a model could be of, by its widths and the names of its parameters. */
export function requireTaskOf(
  name: string,
  { simulator: { thetaDim, xDim }, prior }: TaskSource["task"],
  { spec, ...artifact }: Artifact,
): void {
  const { names } = priorShape(artifact.prior);
  if (prior.names.length === names.length && prior.names.some((name, j) => name !== names[j])) {
    throw new TypeError(
      `Cannot take ${name} for the model's task as its parameters must be ${names.join(", ")}: ` +
        `current names are ${prior.names.join(", ")}`,
    );
  }
  if (thetaDim === spec.thetaDim && xDim === spec.xDim) return;
  throw new TypeError(
    `Cannot take ${name} for the model's simulator as it must have ${spec.thetaDim} parameters and ` +
      `${spec.xDim} numbers of data: current values are ${thetaDim} and ${xDim}`,
  );
}

/** Requires rows as wide as the model's x, whatever is in them. */
export function requireWidth(x: string, rows: Points, { spec }: Artifact): void {
  requireDim(x, rows, { what: "x", dim: spec.xDim, whose: "the model's" });
}

function requireDim(path: string, rows: Points, { what, dim, whose }: TableRule): void {
  if (rows.dim === dim) return;
  throw new TypeError(
    `Cannot take ${path} for ${what} as a row must have ${dim} numbers, as ${whose} x: ` +
      `current length is ${rows.dim}`,
  );
}

function requireTable(path: string, rows: Points, rule: TableRule): void {
  requireDim(path, rows, rule);
  const { what, dim } = rule;
  const bad = rows.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(
    `Cannot take ${path} for ${what} as every number must be finite: row ${Math.floor(bad / dim) + 1}, ` +
      `column ${bad % dim + 1} is ${rows.data[bad]}`,
  );
}

/** Reads a file; what is wrong with it comes with its path. */
export async function readFile<T>(path: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  const bytes = await bytesOf(path);
  try {
    return decode(bytes);
  } catch (cause) {
    throw new FormatError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`Cannot read ${path} as it must exist: there is no such file`, { cause: error });
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new Error(`Cannot read ${path} as it must be a file: it is a folder`, { cause: error });
    }
    throw error;
  }
}
