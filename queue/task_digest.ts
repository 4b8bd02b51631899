/**
 * What a task is, by content: two machines with the same digest run the same code.
 *
 * @module
 */

import manifest from "./deno.json" with { type: "json" };
import { readIfThere } from "./_files.ts";
import { sha256 } from "@likely/core/sha256";
import { locate, taskGraph } from "./_task_graph.ts";
import type { QueueSource } from "./queue_source.ts";

/**
 * Hashes a task: the text of its module and of every local file that it names, by imports or by
 * `new URL("./data.csv", import.meta.url)`, and so on from there; of what is elsewhere the specifier; the
 * export, its argument, and the version of Likely.
 *
 * Where the files lie does not matter, what they say does, to the byte. Files that are found in other ways, by
 * names put together at run time, are not seen, nor is a program that the task starts. Needs permission to read
 * the files (`--allow-read`).
 *
 * @param source Which task.
 * @returns 64 hexadecimal digits.
 * @throws {TypeError} If the module is a file that is not there, or the argument is none that JSON can write.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { taskDigest } from "@likely/queue";
 *
 * const module = "data:text/javascript,export const task = undefined;";
 * assertEquals((await taskDigest({ module, export: "task" })).length, 64);
 * ```
 */
export async function taskDigest(source: QueueSource): Promise<string> {
  const { module, export: name, argument, identity = argument } = source;
  const entry = String(module);
  const url = locate(entry, undefined);
  if (url !== undefined && await readIfThere(url) === undefined) {
    throw new TypeError(`Cannot hash a task as its module must be there: there is no ${entry}`);
  }
  const lines = [
    JSON.stringify({ likely: manifest.version, export: name, argument: identity ?? null }),
    ...(await taskGraph(entry)).lines,
  ];
  return await sha256(lines.join("\n"));
}
