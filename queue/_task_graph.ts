// The local files of a task: those that its module names, and so on from there.

import { readIfThere } from "./_files.ts";
import { namedIn } from "./_named_in.ts";
import { sha256 } from "@likely/core/sha256";

/** What a task is made of. */
export interface TaskGraph {
  /** One line a file and a line for each name in it, in the order in which they are met. */
  readonly lines: readonly string[];
  /** By URL: files reached by relative names alone. What an import map leads to is not the task's own. */
  readonly own: ReadonlyMap<string, Uint8Array>;
}

/** Walks the files of a module. By who names what, never by where it is: another machine keeps it elsewhere. */
export async function taskGraph(entry: string): Promise<TaskGraph> {
  const own = new Map<string, Uint8Array>();
  const first = locate(entry, undefined);
  if (first === undefined) return { lines: [`elsewhere ${entry}`], own };
  const places = new Map([[first.href, 0]]);
  const lines: string[] = [];
  const isOwn = new Set([first.href]);
  for (const [href, place] of places) {
    const bytes = await readIfThere(new URL(href));
    lines.push(`file ${place} ${bytes === undefined ? "absent" : await sha256(bytes)}`);
    if (bytes === undefined) continue;
    if (isOwn.has(href)) own.set(href, bytes);
    if (!/\.[cm]?[jt]sx?$/.test(href)) continue;
    for (const name of namedIn(new TextDecoder().decode(bytes))) {
      const url = locate(name, href);
      if (url === undefined) {
        lines.push(`${place} elsewhere ${name}`);
        continue;
      }
      if (isOwn.has(href) && isRelative(name)) isOwn.add(url.href);
      if (!places.has(url.href)) places.set(url.href, places.size);
      lines.push(`${place} ${name} ${places.get(url.href)}`);
    }
  }
  return { lines, own };
}

/** The file that a specifier leads to; undefined where it leads elsewhere. */
export function locate(specifier: string, from: string | undefined): URL | undefined {
  let href: string;
  try {
    href = isRelative(specifier) && from !== undefined
      ? new URL(specifier, from).href
      : import.meta.resolve(specifier);
  } catch {
    return undefined; // A name that no import map knows: it may stand in a text only.
  }
  return href.startsWith("file:") ? new URL(href) : undefined;
}

function isRelative(specifier: string): boolean {
  return /^\.{1,2}\//.test(specifier);
}
