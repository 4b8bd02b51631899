// From simulators that are written by name to those that are written by place.

import type { AsyncSimulatorDefinition } from "./async_simulator.ts";
import { show } from "./_plain_data.ts";
import { WidthError } from "./_width_error.ts";
import { foldIn, key, split } from "./key.ts";
import type {
  NamedAsyncSimulatorDefinition,
  NamedDefinition,
  NamedRow,
  NamedSimulatorDefinition,
  NamedTheta,
} from "./named_simulator.ts";
import { row } from "./points.ts";
import type { SimulatorDefinition } from "./simulator_definition.ts";
import { stream } from "./stream.ts";

/** Parameters tried to find out what a row of x is. */
const TRIES = 20;

/** What a row of x is. */
interface Shape {
  readonly xDim: number;
  readonly xNames?: readonly string[] | undefined;
}

/** The definition by place; what a row of x is it finds when that is first asked for. */
export function byPosition<Name extends string>(
  definition: NamedSimulatorDefinition<Name>,
): SimulatorDefinition {
  const { simulate, ...rest } = definition;
  const nameTheta = namer(definition);
  const known = knownShape(definition);
  let found: Shape | undefined;
  const shape = () => found ??= known ?? findShape(definition);
  return {
    ...commonParts(rest),
    get xDim() {
      return shape().xDim;
    },
    get xNames() {
      return shape().xNames;
    },
    simulate: (random, theta) => inOrder(definition.name, simulate(random, nameTheta(theta)), shape().xNames),
  };
}

/** As {@linkcode byPosition}, of rows that are waited for, and are not simulated to find what they are. */
export function asyncByPosition<Name extends string>(
  definition: NamedAsyncSimulatorDefinition<Name>,
): AsyncSimulatorDefinition {
  const { simulate, concurrency, ...rest } = definition;
  const nameTheta = namer(definition);
  const shape = knownShape(definition);
  if (shape === undefined) {
    throw new TypeError(
      `Cannot build simulator "${definition.name}" as xDim or xNames must be given where rows are waited for: ` +
        "there is neither",
    );
  }
  return {
    ...commonParts(rest),
    ...shape,
    ...(concurrency !== undefined && { concurrency }),
    simulate: async (random, theta, signal) =>
      inOrder(definition.name, await simulate(random, nameTheta(theta), signal), shape.xNames),
  };
}

function commonParts<Name extends string>(
  definition: NamedDefinition<Name>,
): Omit<SimulatorDefinition, "xDim" | "xNames" | "simulate"> {
  const { name, prior, logLikelihood, score } = definition;
  const nameTheta = namer(definition);
  return {
    name,
    thetaDim: prior.names.length,
    ...(logLikelihood && { logLikelihood: (theta, x) => logLikelihood(nameTheta(theta), x) }),
    ...(score && {
      score: (theta, x) => {
        const values = score(nameTheta(theta), x);
        return isNamed(values) ? prior.names.map((parameter) => values[parameter]) : values;
      },
    }),
  };
}

/** Gives parameters by name: an object of its own, which can also be gone through in order. */
function namer<Name extends string>(
  { prior: { names } }: NamedDefinition<Name>,
): (theta: Float64Array) => NamedTheta<Name> {
  const ordered = {
    *[Symbol.iterator](this: Record<string, number>) {
      for (const name of names) yield this[name]!;
    },
  };
  return (theta) => {
    const named = Object.create(ordered);
    for (let j = 0; j < names.length; j++) named[names[j]!] = theta[j]!;
    return named;
  };
}

function knownShape({ xDim, xNames }: Partial<Shape>): Shape | undefined {
  const known = xDim ?? xNames?.length;
  return known === undefined ? undefined : { xDim: known, ...(xNames && { xNames }) };
}

/** Simulates rows of draws from the prior until one succeeds; one whose numbers are not finite may do so late. */
function findShape<Name extends string>(definition: NamedSimulatorDefinition<Name>): Shape {
  const { name, prior, simulate } = definition;
  const nameTheta = namer(definition);
  const [forTheta, forX] = split(key(0), 2);
  const theta = prior.sample(forTheta, TRIES);
  let [spare, reason]: [Shape | undefined, unknown] = [undefined, undefined];
  for (let i = 0; i < TRIES; i++) {
    let values: NamedRow;
    try {
      values = simulate(stream(foldIn(forX, i)), nameTheta(row(theta, i)));
    } catch (error) {
      reason ??= error;
      continue;
    }
    const shape = shapeOf(name, values);
    if (Array.from(inOrder(name, values, shape.xNames)).every(Number.isFinite)) return shape;
    spare ??= shape;
  }
  if (spare) return spare;
  throw new TypeError(
    `Cannot find how many numbers a row of "${name}" has as one must be simulated for that: all ${TRIES} tries ` +
      `failed, the first as ${reason instanceof Error ? reason.message : reason}`,
    { cause: reason },
  );
}

function shapeOf(name: string, values: NamedRow): Shape {
  const xNames = isNamed(values) ? Object.keys(values) : undefined;
  const xDim = xNames?.length ?? (values as ArrayLike<number> | undefined)?.length;
  if (xDim) return { xDim, xNames };
  throw new WidthError(
    `Cannot use the output of simulator "${name}" as a row must hold numbers, in order or by name: ` +
      `current value is ${show(values)}`,
  );
}

function inOrder(name: string, values: NamedRow, xNames: readonly string[] | undefined): ArrayLike<number> {
  if (!isNamed(values)) return values;
  const wanted = xNames ?? [];
  const given = Object.keys(values);
  if (given.length !== wanted.length || wanted.some((column) => !Object.hasOwn(values, column))) {
    throw new WidthError(
      `Cannot use the output of simulator "${name}" as a row must hold ${
        xNames ? wanted.join(", ") : "numbers in order where xDim is given without xNames"
      }: current row has ${given.join(", ")}`,
    );
  }
  return wanted.map((column) => values[column]!);
}

/** Whether numbers are given by name: an object as it is written, and no list of any kind. */
function isNamed(values: unknown): values is Readonly<Record<string, number>> {
  if (typeof values !== "object" || values === null) return false;
  const prototype = Object.getPrototypeOf(values);
  return prototype === Object.prototype || prototype === null;
}
