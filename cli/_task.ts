// Which inference problem: a built-in name, or a module of the user's.

import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type LoadedSimulator, loadSimulator, type Prior, type SimulatorModule } from "@likely/core";
import { tasks } from "@likely/simulators";
import { UsageError } from "./_options.ts";

/** A task, and where workers can import it from. */
export interface TaskSource {
  /** Prior, simulator and, where there is one, observation. */
  readonly task: LoadedSimulator & { readonly prior: Prior };
  /** The same by name. */
  readonly source: SimulatorModule;
}

/** Whether the text names a task, not a file of data. */
export function isTask(name: string): boolean {
  return name in tasks || /\.[cm]?[jt]s(#[^#]*)?$/.test(name);
}

/** Loads `influenza`, `./my_task.ts` or `./my_task.ts#name` (export `task` unless named). */
export async function loadTask(name: string): Promise<TaskSource> {
  const source = find(name);
  const task = await loadSimulator(source);
  const { prior } = task;
  if (prior === undefined) {
    throw new TypeError(`Cannot use "${name}" as a task must have a prior: there is a simulator only`);
  }
  return { task: { ...task, prior }, source };
}

function find(name: string): SimulatorModule {
  if (name in tasks) {
    return { module: import.meta.resolve("./_built_in.ts"), export: "builtIn", argument: name };
  }
  if (!isTask(name)) {
    throw new UsageError(
      `Cannot find the task as it must be one of ${Object.keys(tasks).join(", ")}, ` +
        `or a module such as ./my_task.ts: current value is "${name}"`,
    );
  }
  // A folder may have a # in its name.
  const [, path = name, exported = "task"] = /^(.*\.[cm]?[jt]s)(?:#([^#]*))?$/.exec(name) ?? [];
  return { module: toUrl(path), export: exported };
}

function toUrl(path: string): string {
  if (!isAbsolute(path) && URL.canParse(path)) return path;
  return pathToFileURL(resolve(path)).href;
}
