// What a task file may hold.

import * as v from "valibot";
import { SIMULATORS } from "./_task_simulators.ts";
import { COUNT, NAME, NAMES, NUMBER, POSITIVE } from "./_task_values.ts";

const kind = <K extends string>(name: K) => v.literal(name, `"${name}"`);

const MARGINAL = v.variant("kind", [
  v.strictObject({ kind: kind("uniform"), low: NUMBER, high: NUMBER }),
  v.strictObject({ kind: kind("normal"), mean: NUMBER, sd: POSITIVE }),
  v.strictObject({
    kind: kind("truncated_normal"),
    mean: NUMBER,
    sd: POSITIVE,
    low: v.exactOptional(NUMBER),
    high: v.exactOptional(NUMBER),
  }),
  v.strictObject({ kind: kind("log_normal"), logMean: NUMBER, logSd: POSITIVE }),
  v.strictObject({ kind: kind("gamma"), shape: POSITIVE, rate: POSITIVE }),
  v.strictObject({ kind: kind("exponential"), rate: POSITIVE }),
  v.strictObject({ kind: kind("beta"), a: POSITIVE, b: POSITIVE }),
]);

const BY_NAME = v.pipe(
  v.record(NAME, MARGINAL, "an object of parameters"),
  v.minEntries(1, "of one parameter at least"),
);
const JOINT = v.variant("kind", [
  v.strictObject({
    kind: kind("independent"),
    parameters: v.pipe(
      v.array(v.strictObject({ name: NAME, marginal: MARGINAL }), "an array of parameters"),
      v.minLength(1, "of one parameter at least"),
    ),
  }),
  v.strictObject({
    kind: kind("multivariate_normal"),
    names: NAMES,
    mean: v.array(NUMBER, "an array of numbers"),
    covariance: v.array(v.array(NUMBER, "an array of numbers"), "an array of rows"),
  }),
]);

const COLUMN = v.variant("kind", [
  v.strictObject({ kind: kind("real") }),
  v.strictObject({ kind: kind("positive") }),
  v.strictObject({ kind: kind("interval"), low: NUMBER, high: NUMBER }),
  v.strictObject({ kind: kind("count"), most: v.exactOptional(COUNT) }),
  v.strictObject({
    kind: kind("category"),
    categories: v.pipe(COUNT, v.minValue(2, ">= 2")),
  }),
]);

const each = <T extends v.GenericSchema>(name: string, schema: T) =>
  v.pipe(schema, v.description(EXPLAINED[name]!));

const EXPLAINED: Readonly<Record<string, string>> = {
  $schema: "Where this schema is, for editors; not read.",
  format: "Version of the format: 1.",
  name: "Of the task, kept in what is made from it.",
  prior: "Marginals by the names of parameters, which are independent; or a joint prior, by its kind.",
  x: "How many numbers a row of data has, or their names. A program that says it in its hello need not be told.",
  columns: "What the columns of data are, for learning a likelihood: one kind for all, or one for each.",
  observation: "The observed data: numbers, or a CSV file, named from the folder of this file.",
  simulator: "Where simulations come from.",
};

/** Which schema a value is to be judged by, so that a message tells of the one that was meant. */
function meant<T extends v.GenericSchema>(
  all: T,
  choose: (input: Record<string, unknown>) => v.GenericSchema,
): T {
  return v.lazy((input) =>
    typeof input === "object" && input !== null && !Array.isArray(input)
      ? choose(input as Record<string, unknown>)
      : all
  ) as unknown as T;
}

const PRIOR = meant(
  v.union([BY_NAME, JOINT], "an object of parameters, or a joint prior"),
  (input) => typeof input.kind === "string" ? JOINT : BY_NAME,
);

const TAGS = Object.keys(SIMULATORS) as (keyof typeof SIMULATORS)[];

const SIMULATOR = meant(
  v.union(TAGS.map((tag) => SIMULATORS[tag].schema), `an object with one of ${TAGS.join(", ")}`),
  (input) => {
    const [tag, ...others] = TAGS.filter((name) => name in input);
    if (tag !== undefined && others.length === 0) return SIMULATORS[tag].schema;
    return v.never(`an object with one of ${TAGS.join(", ")}`);
  },
);

/** A task file. */
export const TASK_FILE = v.strictObject({
  $schema: v.exactOptional(each("$schema", v.string("a text"))),
  format: each("format", v.literal(1, "1, the version of the format")),
  name: each("name", NAME),
  prior: each("prior", PRIOR),
  x: v.exactOptional(each("x", v.union([COUNT, NAMES], "a whole number >= 1, or names"))),
  columns: v.exactOptional(
    each(
      "columns",
      v.union([COLUMN, v.pipe(v.array(COLUMN), v.minLength(1))], "a kind, or one for each column"),
    ),
  ),
  observation: v.exactOptional(
    each("observation", v.union([NAME, v.pipe(v.array(NUMBER), v.minLength(1))], "numbers, or a CSV file")),
  ),
  simulator: each("simulator", SIMULATOR),
}, "an object with format, name, prior and simulator");
