// What a task says of data made elsewhere.

import { type ImportSource, priorFrom } from "@likely/core";
import { loadTask } from "./_task.ts";
import { isTaskFile, readTaskFile } from "./_task_file.ts";

/** Reads a task's prior, names and widths; a task file says it without its program. */
export async function importSource(name: string): Promise<ImportSource> {
  if (!isTaskFile(name)) return (await loadTask(name)).task;
  const { name: task, prior, x } = await readTaskFile(name);
  if (x === undefined) {
    throw new TypeError(
      `Cannot import for ${name} as it must say what x is, names or how many numbers: there is none`,
    );
  }
  const own = priorFrom(prior);
  const simulator = { name: task, thetaDim: own.dim, xDim: typeof x === "number" ? x : x.length };
  return { prior: own, simulator, ...(typeof x !== "number" && { xNames: x }) };
}
