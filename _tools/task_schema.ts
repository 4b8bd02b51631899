/**
 * `deno run -A _tools/task_schema.ts`: rewrites the JSON Schema of task files from what reads them.
 */

import { toJsonSchema } from "@valibot/to-json-schema";
import { TASK_FILE } from "../cli/_task_schema.ts";

/** The schema, as text. */
export function taskSchema(): string {
  const schema = toJsonSchema(TASK_FILE, { errorMode: "ignore", target: "draft-2020-12" });
  return `${JSON.stringify({ title: "A task for likely", ...schema }, null, 2)}\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("../cli/task.schema.json", import.meta.url), taskSchema());
}
