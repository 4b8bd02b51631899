// A task file as a module that loads: the argument is the file as it was read.

import {
  type AnySimulator,
  type AsyncSimulator,
  isAsync,
  priorFrom,
  type Task,
  UnreachableError,
} from "@likely/core";
import { requireWidths, type TaskFile } from "./_task_file.ts";
import { simulatorOf } from "./_task_simulators.ts";

/** By their files: what is asked for twice, as a command and what it calls do, runs once. */
const loaded = new Map<string, Promise<Task<AnySimulator>>>();

/** Builds the task of a file. */
export function taskOfFile(file: TaskFile): Promise<Task<AnySimulator>> {
  const id = JSON.stringify(file);
  const found = loaded.get(id);
  if (found) return found;
  const task = build(file);
  loaded.set(id, task);
  task.catch(() => loaded.delete(id));
  return task;
}

async function build(said: TaskFile): Promise<Task<AnySimulator>> {
  const { name, folder, x, observation, simulator: given } = said;
  const prior = priorFrom(said.prior);
  const simulator = given === undefined
    ? simulatedElsewhere(said, prior.dim)
    : await simulatorOf(given, { name, theta: prior.names, folder, ...(x !== undefined && { x }) });
  const xNames = typeof x === "object" ? x : undefined;
  try {
    requireWidths(`the task "${name}"`, said, simulator.xDim);
  } catch (error) {
    if (isAsync(simulator)) await simulator.close?.();
    throw error;
  }
  const named = xNames ? { ...simulator, xNames } : simulator;
  return {
    name,
    prior,
    simulator: named,
    ...(observation && { observation: Float64Array.from(observation) }),
  };
}

/** Known by its widths alone: its pairs were simulated elsewhere. */
function simulatedElsewhere({ name, x }: TaskFile, thetaDim: number): AsyncSimulator {
  if (x === undefined) {
    throw new TypeError(
      `Cannot use the task "${name}" as it must have a simulator, or say what x is: there is neither`,
    );
  }
  return {
    name,
    thetaDim,
    xDim: typeof x === "number" ? x : x.length,
    simulateAsync: () =>
      Promise.reject(
        new UnreachableError(
          `Cannot simulate "${name}" as its task file must have a simulator: there is none; likely import takes pairs`,
        ),
      ),
  };
}
