// What is asked, checked: from a body of JSON, or from the query of a GET.

import * as v from "valibot";
import type { Limits } from "./default_limits.ts";
import { Problem } from "./_problem.ts";

/** What may be asked for. */
const PARTS = ["draws", "summary", "log_density"] as const;

const NUMBER = v.pipe(v.number("must be a number"), v.finite("must be finite"));
const ROW = v.pipe(v.array(NUMBER, "must be an array of numbers"), v.minLength(1, "must not be empty"));
const WHOLE = v.pipe(NUMBER, v.safeInteger("must be a whole number"), v.minValue(0, "must be >= 0"));

/** What is asked of a posterior, or of its density. */
export interface Question {
  /** `[m][p]`: independent observations of one θ. */
  readonly x: readonly (readonly number[])[];
  /** Draws wanted. */
  readonly draws: number;
  /** The same seed gives the same draws. */
  readonly seed: number;
  /** Inverse temperature; a cost has none of its own. */
  readonly beta?: number;
  /** `[n][d]`: where the log density is wanted. */
  readonly theta?: readonly (readonly number[])[];
  /** What the answer is to hold. */
  readonly return: readonly (typeof PARTS)[number][];
}

function schema(limits: Limits) {
  const rows = v.pipe(
    v.array(ROW, "must be an array of rows"),
    v.minLength(1, "must not be empty"),
    v.maxLength(limits.rows, `must have at most ${limits.rows} rows`),
  );
  return v.strictObject({
    x: v.pipe(v.union([rows, ROW], "must be a row of numbers, or rows of them"), v.transform(asRows)),
    draws: v.optional(
      v.pipe(WHOLE, v.minValue(1, "must be >= 1"), v.maxValue(limits.draws, `must be <= ${limits.draws}`)),
      1000,
    ),
    seed: v.optional(WHOLE, 0),
    beta: v.exactOptional(v.pipe(NUMBER, v.minValue(0, "must be >= 0"))),
    theta: v.exactOptional(rows),
    return: v.optional(
      v.pipe(
        v.array(v.picklist(PARTS, `must be of ${PARTS.join(", ")}`)),
        v.minLength(1, "must not be empty"),
      ),
      ["draws"],
    ),
  }, "must be an object");
}

function asRows(x: number[] | number[][]): number[][] {
  return typeof x[0] === "number" ? [x as number[]] : x as number[][];
}

/** Reads a question; what is wrong with it is a 413 where it is too much, else a 422. */
export function questionFrom(value: unknown, limits: Limits): Question {
  // An array would pass for an object without x.
  const found = v.safeParse(schema(limits), Array.isArray(value) ? null : value);
  if (found.success) {
    requireAligned("x", found.output.x);
    requireAligned("theta", found.output.theta ?? []);
    return found.output;
  }
  const [issue] = found.issues;
  const path = issue.path?.map(({ key }) => typeof key === "number" ? `[${key}]` : String(key)).join("") ??
    "";
  const where = path.slice(0, 60) || "the body";
  const rule = issue.type !== "strict_object" || path === ""
    ? issue.message
    : issue.expected === "never"
    ? "must not be there"
    : "must be there";
  const isTooMuch = issue.type === "max_length" || issue.type === "max_value";
  throw new Problem(
    isTooMuch ? 413 : 422,
    `Cannot answer as ${where} ${rule}: current value is ${show(issue.input)}`,
  );
}

function requireAligned(name: string, rows: readonly (readonly number[])[]): void {
  const bad = rows.findIndex(({ length }) => length !== rows[0]!.length);
  if (bad < 0) return;
  throw new Problem(
    422,
    `Cannot answer as all rows of ${name} must have the same length, ${rows[0]!.length}: row ${bad} has ${
      rows[bad]!.length
    }`,
  );
}

/** A value for a message, however large it is. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}

/** The question that a query asks: `?x=1,2&draws=100&seed=1&return=summary`. */
export function questionOfQuery(query: URLSearchParams): Record<string, unknown> {
  const asked: Record<string, unknown> = Object.create(null);
  for (const [name, text] of query) {
    if (name in asked) {
      throw new Problem(400, `Cannot answer as ${JSON.stringify(name.slice(0, 40))} must be given once`);
    }
    if (name === "return") asked[name] = text.split(",");
    else if (name === "x" || name === "theta") {
      const rows = text.split(";").map((row) => row.split(",").map(numberOf));
      asked[name] = name === "x" && rows.length === 1 ? rows[0] : rows;
    } else asked[name] = numberOf(text);
  }
  return asked;
}

function numberOf(text: string): unknown {
  return text.trim() === "" || !Number.isFinite(Number(text)) ? text : Number(text);
}
