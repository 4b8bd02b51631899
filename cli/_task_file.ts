// Tasks as JSON files; `task.schema.json` says what may be in them.

import { dirname, resolve } from "node:path";
import { FormatError, type Prior, priorFrom, type PriorSpec, readCsv } from "@likely/core";
import type { XColumn } from "@likely/sbi";
import * as v from "valibot";
import { TASK_FILE } from "./_task_schema.ts";

/** A task file that was read: plain data that other threads, and other machines, can take. */
export interface TaskFile {
  readonly name: string;
  readonly prior: PriorSpec;
  /** Names of the numbers of x, or how many. */
  readonly x?: number | readonly string[];
  /** What the columns of x are: one kind for all, or one for each. */
  readonly columns?: XColumn | readonly XColumn[];
  /** `[xDim]`. */
  readonly observation?: readonly number[];
  /** As the file says. */
  readonly simulator: { readonly [tag: string]: unknown };
  /** The folder of the file. */
  readonly folder: string;
}

/** Whether the text names a task file. */
export function isTaskFile(name: string): boolean {
  return /\.json$/i.test(name);
}

/** Reads a task file and the observation that it names. */
export async function readTaskFile(path: string): Promise<TaskFile> {
  const folder = dirname(resolve(path));
  const { $schema: _, format: __, prior, observation, ...said } = parse(path, await textOf(path));
  const spec = specOf(prior);
  checkPrior(path, spec);
  const x = observation === undefined ? undefined : await observed(path, folder, observation);
  if (said.x !== undefined) requireWidths(path, { ...said, ...(x && { observation: x }) }, lengthOf(said.x));
  return {
    ...said as Pick<TaskFile, "name" | "simulator">,
    prior: spec,
    ...(x && { observation: x }),
    folder,
  };
}

/** Requires an observation, and kinds of columns, as wide as rows of x. */
export function requireWidths(
  path: string,
  { observation, columns }: Pick<TaskFile, "observation" | "columns">,
  dim: number,
): void {
  if (observation && observation.length !== dim) {
    const state = `current length is ${observation.length}`;
    throw refused(path, "observation", `of ${dim} numbers, as x is`, state);
  }
  if (!Array.isArray(columns) || columns.length === dim) return;
  throw refused(path, "columns", `of ${dim} kinds, as x has numbers`, `current length is ${columns.length}`);
}

function lengthOf(x: number | readonly string[]): number {
  return typeof x === "number" ? x : x.length;
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot read ${path} as it must exist: there is no such file`, { cause });
  }
}

function parse(path: string, text: string): v.InferOutput<typeof TASK_FILE> {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`Cannot read ${path} as it must be JSON: ${(cause as Error).message}`, { cause });
  }
  const { success, output, issues } = v.safeParse(TASK_FILE, said);
  if (success) return output;
  throw told(path, issues[0]);
}

/** The first rule that was broken, with where and by what. */
function told(path: string, issue: v.GenericIssue): FormatError {
  // Of several shapes that a value may have, the one is told of that it came closest to.
  const closest = issue.issues?.filter((inner) => inner.path !== undefined && inner.type !== "variant") ?? [];
  if (issue.type === "union" && closest.length > 0) {
    const { path: inner, ...rest } = closest[0]!;
    return told(path, { ...rest, path: [...issue.path ?? [], ...inner!] } as v.GenericIssue);
  }
  const where = v.getDotPath(issue);
  if (issue.type === "strict_object" && issue.expected === "never") {
    const key = String(issue.path?.at(-1)?.key);
    return new FormatError(
      `Cannot read ${path} as ${where ?? key} is none of its keys: remove it, or see whether it is misspelt`,
    );
  }
  if (issue.received === "undefined") {
    return new FormatError(`Cannot read ${path} as ${where ?? "it"} must be there: there is none`);
  }
  const rule = issue.type === "variant" ? `one of ${issue.expected}` : issue.message;
  return refused(path, where ?? "it", rule, `current value is ${shown(issue.input)}`);
}

function refused(path: string, where: string, rule: string, state: string): FormatError {
  return new FormatError(`Cannot read ${path} as ${where} must be ${rule}: ${state}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function specOf(prior: v.InferOutput<typeof TASK_FILE>["prior"]): PriorSpec {
  if (typeof prior.kind === "string") return prior as PriorSpec;
  const parameters = Object.entries(prior).map(([name, marginal]) => ({ name, marginal }));
  return { kind: "independent", parameters } as PriorSpec;
}

function checkPrior(path: string, spec: PriorSpec): Prior {
  try {
    return priorFrom(spec);
  } catch (cause) {
    throw new FormatError(`Cannot read ${path} as its prior must be one: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function observed(
  path: string,
  folder: string,
  given: string | readonly number[],
): Promise<readonly number[]> {
  if (typeof given !== "string") return given;
  const file = resolve(folder, given);
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(file);
  } catch (cause) {
    throw new Error(`Cannot read ${path} as its observation must be there: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    const { data } = readCsv(bytes).rows;
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`every number must be finite: number ${bad + 1} is ${data[bad]}`);
    return [...data];
  } catch (cause) {
    throw new FormatError(`${file}: ${(cause as Error).message}`, { cause });
  }
}
