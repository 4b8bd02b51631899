// Files that appear whole or not at all, and never in place of something else.

import { dirname } from "node:path";

/** What a command writes. */
export interface OutputKind {
  /** For messages: `a model`. */
  readonly what: string;
  /** Tells a file that the command may replace: one that it wrote itself. */
  readonly isOne: (bytes: Uint8Array) => boolean;
}

/** A page that `likely` wrote. */
export const PAGE: OutputKind = {
  what: "a report",
  isOne: (bytes) => {
    const head = new TextDecoder().decode(bytes.subarray(0, 1000));
    return head.startsWith("<!doctype html>") && head.includes("Content-Security-Policy");
  },
};

/** Checks before any work is done that the file can be written, and replaces nothing foreign. */
export async function requireOutput(path: string, { what, isOne }: OutputKind): Promise<void> {
  await requireFolder(path);
  const found = await statOf(path);
  if (found === undefined) return;
  if (!found.isFile) refuse(path, "it must be a file", "a folder of that name is there");
  const bytes = await Deno.readFile(path);
  if (bytes.length === 0 || isOne(bytes)) return;
  refuse(path, `only ${what} may be replaced`, "another file is there; remove it or choose another name");
}

/** Checks that nothing is there yet. */
export async function requireFresh(path: string): Promise<void> {
  if (await statOf(path)) refuse(path, "nothing may be replaced", "something of that name is there");
}

/** What a command writes to a folder. */
export interface FolderKind {
  /** For messages: `simulations`. */
  readonly what: string;
  /** The names that may be in it. */
  readonly entries: RegExp;
  /** Tells a folder that the command may go on with, or replace; by default one with these names. */
  isOne?(path: string): Promise<boolean>;
}

/** Checks that the folder of simulations is new, or holds nothing else. */
export async function requireStore(path: string): Promise<void> {
  await requireReplaceable(path, {
    what: "simulations",
    entries: /^(theta|x|score|checksum|\.lock|zarr\.json(\.[\w-]+\.partial)?)$/,
  });
}

/** Checks that a folder is new or empty, or holds what the command writes and nothing else. */
export async function requireReplaceable(path: string, { what, entries, isOne }: FolderKind): Promise<void> {
  await requireFolder(path);
  const found = await statOf(path);
  if (found === undefined) return;
  if (!found.isDirectory) refuse(path, "it must be a folder", "a file of that name is there");
  let isEmpty = true;
  for await (const { name } of Deno.readDir(path)) {
    isEmpty = false;
    if (entries.test(name)) continue;
    refuse(path, `the folder must hold ${what} only`, `"${name}" is there; choose another folder`);
  }
  if (isEmpty || isOne === undefined || await isOne(path)) return;
  refuse(path, `only ${what} of this command may be replaced`, "others are there; choose another folder");
}

/** Writes beside the file, then renames; text may come in pieces. */
export async function writeOutput(
  path: string,
  content: Uint8Array | string | Iterable<string>,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    if (content instanceof Uint8Array) await Deno.writeFile(partial, content);
    else if (typeof content === "string") await Deno.writeTextFile(partial, content);
    else await Deno.writeFile(partial, ReadableStream.from(content).pipeThrough(new TextEncoderStream()));
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
}

/** What is at a path; undefined for nothing. */
async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function requireFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (!(await statOf(folder))?.isDirectory) {
    refuse(path, "its folder must exist", `there is no folder ${folder}`);
  }
}

function refuse(path: string, rule: string, state: string): never {
  throw new Error(`Cannot write ${path} as ${rule}: ${state}`);
}
