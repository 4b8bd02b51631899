// What is said to a program that stays, and what it may say; see docs/programs.md.

import type { ProgramLevel } from "./program_options.ts";

/** What a program says first. */
export interface Hello {
  /** Names of parameters, or how many. */
  readonly theta?: number | readonly string[];
  /** Names of the numbers of x, or how many. */
  readonly x?: number | readonly string[];
  /** From the cheapest on. */
  readonly levels?: readonly ProgramLevel[];
  /** Whether it gives scores. */
  readonly score?: boolean;
  /** Requests in a line, which is an array then; absent: each is a line. */
  readonly batch?: number;
}

/** One row of a request. */
export interface Request {
  readonly row: number;
  readonly seed: number;
  readonly level: number | undefined;
  readonly score: boolean;
  readonly theta: Float64Array;
}

/** What a program says of a row. */
export type Answer =
  | { readonly row: number; readonly x: readonly number[]; readonly score?: readonly number[] }
  | { readonly row: number; readonly error: string };

/** Characters that are kept of why a row has failed. */
const LONGEST_ERROR = 1000;

/** A line that breaks a rule. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** A request as JSON, its keys always in this order: programs without a JSON reader rely on it. */
export function requestText({ row, seed, level, score, theta }: Request): string {
  return `{"row":${row},"seed":${seed}${level === undefined ? "" : `,"level":${level}`}${
    score ? `,"score":true` : ""
  },"theta":[${theta.join(",")}]}`;
}

/** Reads the first line of a program. */
export function readHello(line: string): Hello {
  const said = readJson(line);
  if (!isObject(said) || said.likely === undefined) throw broken(`the first line must be {"likely":1,…}`);
  if (said.likely !== 1) throw broken(`"likely" must be 1, the version of the protocol`);
  const { theta, x, levels, score, batch } = said;
  for (const [name, value] of Object.entries({ theta, x })) {
    if (value !== undefined && !isCount(value) && !isNames(value)) {
      throw broken(`"${name}" must be a whole number >= 1, or distinct names`);
    }
  }
  if (levels !== undefined && !isLevels(levels)) {
    throw broken(`"levels" must be two objects at least, with "name" a text and "cost" a number > 0, if any`);
  }
  if (score !== undefined && typeof score !== "boolean") throw broken(`"score" must be true or false`);
  if (batch !== undefined && !isCount(batch)) throw broken(`"batch" must be a whole number >= 1`);
  return Object.fromEntries(
    Object.entries({ theta, x, levels, score, batch }).filter(([, value]) => value !== undefined),
  );
}

/** Reads one line of answers: an object, or an array of them. */
export function readAnswers(line: string): Answer[] {
  const said = readJson(line);
  return Array.isArray(said) ? said.map(readAnswer) : [readAnswer(said)];
}

function readAnswer(said: unknown): Answer {
  if (!isObject(said)) throw broken(`an answer must be an object, {"row":…,"x":[…]} or {"row":…,"error":…}`);
  const { row, x, error, score } = said;
  if (!Number.isSafeInteger(row)) throw broken(`"row" must be a whole number`);
  if (error !== undefined) {
    if (typeof error !== "string") throw broken(`"error" must be a text`);
    return { row: row as number, error: error.slice(0, LONGEST_ERROR) };
  }
  return {
    row: row as number,
    x: numbers("x", x),
    ...(score !== undefined && { score: numbers("score", score) }),
  };
}

/** Numbers, where null is one that is not finite. */
function numbers(name: string, values: unknown): number[] {
  if (!Array.isArray(values)) throw broken(`"${name}" must be an array of numbers`);
  for (let k = 0; k < values.length; k++) {
    if (typeof values[k] === "number") continue;
    if (values[k] !== null) throw broken(`"${name}" must hold numbers only`);
    values[k] = NaN;
  }
  return values;
}

/** As many languages write what JSON has no word for. */
const NOT_FINITE = /"(?:[^"\\]|\\.)*"?|[-+]?\b(?:nan|na|inf(?:inity)?)\b/gi;

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Python writes NaN, C nan or -inf: a row that failed, not a broken line.
  }
  try {
    return JSON.parse(line.replace(NOT_FINITE, (found) => found.startsWith(`"`) ? found : "null"));
  } catch {
    throw broken("every line must be JSON, and nothing else be written there");
  }
}

function broken(rule: string): ProtocolError {
  return new ProtocolError(rule);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string") &&
    new Set(value).size === value.length;
}

function isLevels(value: unknown): value is ProgramLevel[] {
  return Array.isArray(value) && value.length >= 2 &&
    value.every((level) =>
      isObject(level) && ["string", "undefined"].includes(typeof level.name) &&
      (level.cost === undefined || typeof level.cost === "number" && level.cost > 0)
    );
}
