// The tasks of `@likely/simulators` by name, as workers import them.

import type { Task } from "@likely/core";
import { tasks } from "@likely/simulators";

/** Builds the task of that name, which must be there. */
export function builtIn(name: string): Task {
  return tasks[name]!();
}
