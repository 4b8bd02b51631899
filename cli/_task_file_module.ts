// A task file as a module that loads: the argument is the file as it was read.

import { type AnySimulator, isAsync, priorFrom, type Task } from "@likely/core";
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
  const simulator = await simulatorOf(given, {
    name,
    theta: prior.names,
    folder,
    ...(x !== undefined && { x }),
  });
  try {
    requireWidths(`the task "${name}"`, said, simulator.xDim);
  } catch (error) {
    if (isAsync(simulator)) await simulator.close?.();
    throw error;
  }
  return { name, prior, simulator, ...(observation && { observation: Float64Array.from(observation) }) };
}
