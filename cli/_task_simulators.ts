// Where the simulations of a task file come from: one entry for each way, told apart by a key of its own.

import type { AnySimulator } from "@likely/core";
import { openProgram, program, programPerRow, umBridgeFrom } from "@likely/simulators";
import * as v from "valibot";
import { COUNT, NAME, NUMBER, POSITIVE } from "./_task_values.ts";

/** What a task file says of its simulator beside how to reach it. */
export interface SimulatedTask {
  readonly name: string;
  /** Names of the parameters. */
  readonly theta: readonly string[];
  /** Names of the numbers of x, or how many; absent where the simulator has to say it. */
  readonly x?: number | readonly string[];
  /** That of the task file. */
  readonly folder: string;
}

interface Way<S extends v.GenericSchema> {
  readonly schema: S;
  /** Makes the simulator. */
  build(given: v.InferOutput<S>, task: SimulatedTask): AnySimulator | Promise<AnySimulator>;
}

function way<S extends v.GenericSchema>(of: Way<S>): Way<S> {
  return of;
}

const COMMAND = v.pipe(
  v.array(v.string("a text"), "an array of texts: a program and its arguments"),
  v.minLength(1, "a program and its arguments"),
);
const LEVELS = v.pipe(
  v.array(
    v.strictObject({ name: v.exactOptional(v.string("a text")), cost: v.exactOptional(POSITIVE) }),
    "an array of levels, from the cheapest on",
  ),
  v.minLength(2, "two levels at least"),
);
const CONFIG = v.record(v.string(), v.unknown(), "an object");
const SERVED_LEVELS = v.pipe(
  v.array(
    v.strictObject({
      name: v.exactOptional(NAME),
      model: v.exactOptional(NAME),
      config: v.exactOptional(CONFIG),
      cost: v.exactOptional(POSITIVE),
    }),
    "an array of levels, from the cheapest on",
  ),
  v.minLength(2, "two levels at least"),
);
const RUN = { processes: v.exactOptional(COUNT), seconds: v.exactOptional(POSITIVE) };

/** The ways by their keys. */
export const SIMULATORS = {
  command: way({
    schema: v.strictObject({
      command: COMMAND,
      ...RUN,
      startSeconds: v.exactOptional(POSITIVE),
      levels: v.exactOptional(LEVELS),
      score: v.exactOptional(v.boolean("true or false")),
    }),
    build: async (given, { x, ...task }) => {
      // A file that says no more than the command leaves the rest to the program, which is started to be asked.
      if (x === undefined || given.score === undefined) {
        return await openProgram({ ...task, ...given, ...(x !== undefined && { x }) });
      }
      return program({ ...task, ...given, x });
    },
  }),
  run: way({
    schema: v.strictObject({
      run: COMMAND,
      file: v.exactOptional(NAME),
      ...RUN,
      levels: v.exactOptional(LEVELS),
    }),
    build: (given, { x, ...task }) => {
      if (x !== undefined) return programPerRow({ ...task, ...given, x });
      throw new TypeError(
        `Cannot run "${given.run[0]}" for every row as the task must say what x is: there is none`,
      );
    },
  }),
  umbridge: way({
    schema: v.strictObject({
      umbridge: v.pipe(v.string("an address"), v.url("an address such as http://localhost:4242")),
      model: v.exactOptional(NAME),
      config: v.exactOptional(CONFIG),
      seed: v.exactOptional(NAME),
      levels: v.exactOptional(SERVED_LEVELS),
      concurrency: v.exactOptional(COUNT),
      seconds: v.exactOptional(POSITIVE),
      retries: v.exactOptional(v.pipe(NUMBER, v.integer("a whole number"), v.minValue(0, ">= 0"))),
      headers: v.exactOptional(v.record(v.string(), v.string("a text"), "an object of texts")),
    }),
    build: async ({ umbridge, seconds, ...given }, { name, theta, x }) => {
      const timeout = seconds === undefined ? {} : { timeout: seconds };
      const simulator = await umBridgeFrom({ url: umbridge, name, ...timeout, ...given });
      requireServed(umbridge, "inputs", { served: simulator.thetaDim, said: theta.length });
      if (x !== undefined) {
        const said = typeof x === "number" ? x : x.length;
        requireServed(umbridge, "outputs", { served: simulator.xDim, said });
      }
      return simulator;
    },
  }),
};

function requireServed(
  url: string,
  what: string,
  { served, said }: { readonly served: number; readonly said: number },
): void {
  if (served === said) return;
  throw new TypeError(
    `Cannot simulate with the model at ${url} as it must have ${said} ${what}, as the task says: it has ${served}`,
  );
}

/** Makes the simulator that a task file describes. */
export async function simulatorOf(
  given: { readonly [tag: string]: unknown },
  task: SimulatedTask,
): Promise<AnySimulator> {
  const [, way] = Object.entries(SIMULATORS).find(([tag]) => tag in given)!;
  return await (way as Way<v.GenericSchema>).build(given, task);
}
