/**
 * What a task is, by content: two machines with the same digest run the same code.
 *
 * @module
 */

import type { SimulatorModule } from "@likely/core";
import manifest from "./deno.json" with { type: "json" };
import { readIfThere } from "./_files.ts";
import { namedIn } from "./_named_in.ts";
import { sha256 } from "./_sha256.ts";

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
export async function taskDigest({ module, export: name, argument }: SimulatorModule): Promise<string> {
  const entry = String(module);
  const url = locate(entry, undefined);
  if (url !== undefined && await readIfThere(url) === undefined) {
    throw new TypeError(`Cannot hash a task as its module must be there: there is no ${entry}`);
  }
  // By who names what, never by where it is: another machine keeps it elsewhere.
  const lines = [
    JSON.stringify({ likely: manifest.version, export: name, argument: argument ?? null }),
    ...await describeFiles(entry),
  ];
  return await sha256(lines.join("\n"));
}

/** One line a file and a line for each name in it, in the order in which they are met. */
async function describeFiles(entry: string): Promise<string[]> {
  const first = locate(entry, undefined);
  if (first === undefined) return [`elsewhere ${entry}`];
  const places = new Map([[first.href, 0]]);
  const lines: string[] = [];
  for (const [href, place] of places) {
    const bytes = await readIfThere(new URL(href));
    lines.push(`file ${place} ${bytes === undefined ? "absent" : await sha256(bytes)}`);
    if (bytes === undefined || !/\.[cm]?[jt]sx?$/.test(href)) continue;
    for (const name of namedIn(new TextDecoder().decode(bytes))) {
      const url = locate(name, href);
      if (url === undefined) {
        lines.push(`${place} elsewhere ${name}`);
        continue;
      }
      if (!places.has(url.href)) places.set(url.href, places.size);
      lines.push(`${place} ${name} ${places.get(url.href)}`);
    }
  }
  return lines;
}

/** The file that a specifier leads to; undefined where it leads elsewhere. */
function locate(specifier: string, from: string | undefined): URL | undefined {
  let href: string;
  try {
    const isRelative = /^\.{1,2}\//.test(specifier);
    href = isRelative && from !== undefined ? new URL(specifier, from).href : import.meta.resolve(specifier);
  } catch {
    return undefined; // A name that no import map knows: it may stand in a text only.
  }
  return href.startsWith("file:") ? new URL(href) : undefined;
}
