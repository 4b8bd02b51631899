// Which inference problem: a built-in name, a module of the user's, or a task file.

import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type LoadedSimulator, loadSimulator, type Prior, type SimulatorModule } from "@likely/core";
import { tasks } from "@likely/simulators";
import type { XColumn } from "@likely/sbi";
import { UsageError } from "./_options.ts";
import { isTaskFile, readTaskFile } from "./_task_file.ts";
import { taskOfFile } from "./_task_file_module.ts";
import { taskIdentity } from "./_task_identity.ts";

/** A task, and where workers can import it from. */
export interface TaskSource {
  /** Prior, simulator and, where there is one, observation. */
  readonly task: LoadedSimulator & { readonly prior: Prior };
  /** The same by name. */
  readonly source: SimulatorModule & {
    /** What a task file says, wherever it lies: for its digest. */
    readonly identity?: unknown;
  };
  /** What the columns of x are, where a task file says it. */
  readonly columns?: readonly XColumn[];
  /** Names of the columns of x, where a task file says them. */
  readonly xNames?: readonly string[];
}

/** Whether the text names a task, not a file of data. */
export function isTask(name: string): boolean {
  return isBuiltIn(name) || isTaskFile(name) || /\.[cm]?[jt]s(#[^#]*)?$/.test(name);
}

/** A name that every object has is none of a task. */
function isBuiltIn(name: string): boolean {
  return Object.hasOwn(tasks, name);
}

/** What a task can be, for the help of commands. */
export const TASK_HELP =
  `<task> is ${Object.keys(tasks).join(", ")}, a module that exports one, ./my_task.ts for its export ` +
  "`task`, ./my_task.ts#name for another, or a task file, ./task.json; see likely init. A task file may name " +
  "a program in any language, which needs --allow-run.";

/** Loads `influenza`, `./task.json`, `./my_task.ts` or `./my_task.ts#name` (export `task` unless named). */
export async function loadTask(name: string): Promise<TaskSource> {
  if (isTaskFile(name) && !isBuiltIn(name)) return await loadFile(name);
  const source = find(name);
  const task = await loadSimulator(source);
  const { prior } = task;
  if (prior === undefined) {
    throw new TypeError(`Cannot use "${name}" as a task must have a prior: there is a simulator only`);
  }
  return { task: { ...task, prior }, source };
}

async function loadFile(path: string): Promise<TaskSource> {
  const file = await readTaskFile(path);
  const task = await taskOfFile(file);
  const { columns } = file;
  const { xDim } = task.simulator;
  return {
    task,
    source: {
      module: import.meta.resolve("./_task_file_module.ts"),
      export: taskOfFile.name,
      argument: file,
      identity: await taskIdentity(file),
    },
    ...(typeof file.x === "object" && { xNames: file.x }),
    ...(columns && { columns: Array.isArray(columns) ? columns : Array(xDim).fill(columns) }),
  };
}

function find(name: string): SimulatorModule {
  if (isBuiltIn(name)) {
    return { module: import.meta.resolve("./_built_in.ts"), export: "builtIn", argument: name };
  }
  if (!isTask(name)) {
    throw new UsageError(
      `Cannot find the task as it must be one of ${Object.keys(tasks).join(", ")}, ` +
        `a module such as ./my_task.ts, or a file such as ./task.json: current value is "${name}"`,
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
