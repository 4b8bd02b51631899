// Files that appear whole or not at all, and never in place of something else.

import { basename, dirname, join, resolve } from "node:path";
import { isPartialName, partialName } from "@likely/core";

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
  await requireWritable(path, path);
  await requireNoLink(path, "it must be a file");
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
    entries: /^(theta|x|score|checksum|\.likely-lock|zarr\.json(\.[\w-]+\.partial)?)$/,
  });
}

/** Checks that a folder is new or empty, or holds what the command writes and nothing else. */
export async function requireReplaceable(path: string, { what, entries, isOne }: FolderKind): Promise<void> {
  await requireFolder(path);
  const found = await statOf(path);
  if (found === undefined) return await requireWritable(path, join(dirname(path), PROBE));
  if (!found.isDirectory) refuse(path, "it must be a folder", "a file of that name is there");
  // Nothing but what was left by one who was killed while finding out whether the folder can be written.
  await sweep(join(path, PROBE)).catch(() => {});
  let isEmpty = true;
  for await (const { name, isSymlink } of Deno.readDir(path)) {
    isEmpty = false;
    // What a link leads to is not ours to write.
    if (entries.test(name) && !isSymlink) continue;
    const state = `${isSymlink ? "a link " : ""}"${name}" is there; choose another folder`;
    refuse(path, `the folder must hold ${what} only`, state);
  }
  await requireWritable(path, join(path, PROBE));
  if (isEmpty || isOne === undefined || await isOne(path)) return;
  refuse(path, `only ${what} of this command may be replaced`, "others are there; choose another folder");
}

/** Others may sweep away what is just being made; not again and again. */
const MOST_TRIES = 10;

/** Writes beside the file, then renames; text may come in pieces, by a call that begins anew. */
export async function writeOutput(
  path: string,
  content: Uint8Array | string | (() => Iterable<string>),
): Promise<void> {
  for (let tries = 1;; tries++) {
    const partial = partialName(path);
    try {
      await writeNew(partial, content, () => Deno.rename(partial, path));
      return await sweep(path);
    } catch (error) {
      await Deno.remove(partial).catch(() => {});
      if (!(error instanceof Deno.errors.NotFound) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Makes a file, and holds a lock on it until it is done, so that nobody takes it for what a crash has left. */
async function writeNew(
  path: string,
  content: Uint8Array | string | (() => Iterable<string>),
  done: () => Promise<void>,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  await file.tryLock(true).catch(() => false);
  const parts = typeof content === "function" ? content() : [content];
  for (const part of parts) {
    let left = typeof part === "string" ? new TextEncoder().encode(part) : part;
    while (left.length > 0) left = left.subarray(await file.write(left));
  }
  await done();
}

/** Removes what was begun beside a file by those who were killed over it. */
export async function sweep(path: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(dirname(path))) {
    if (!isFile || !isPartialName(basename(path), name)) continue;
    const left = join(dirname(path), name);
    try {
      using file = await Deno.open(left, { write: true });
      if (await file.tryLock(true)) await Deno.remove(left);
    } catch {
      // Another was faster.
    }
  }
}

/** Puts a folder in the place of another, which stays until that is done. */
export async function replaceFolder(path: string, partial: string): Promise<void> {
  try {
    // In place of none, or of an empty one.
    await Deno.rename(partial, path);
  } catch {
    const old = partialName(path);
    await Deno.rename(path, old);
    await Deno.rename(partial, path);
    await Deno.remove(old, { recursive: true });
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
  // What is not theirs would make folders of simulations and draws unusable.
  for (let at = resolve(folder);; at = dirname(at)) {
    if (await statOf(join(at, "zarr.json")).catch(() => undefined)) {
      refuse(path, "it must not be inside a Zarr group", `${at} is one; choose another folder`);
    }
    if (at === dirname(at)) return;
  }
}

async function requireNoLink(path: string, rule: string): Promise<void> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found?.isSymlink) refuse(path, rule, "a link of that name is there; name what it leads to");
}

/** What is made in a folder to find out whether it can be. */
const PROBE = ".likely";

/** Found out by doing so: permissions, disks that are read only or full, names that are too long. */
async function requireWritable(path: string, file: string): Promise<void> {
  const probe = partialName(file);
  try {
    await Deno.writeFile(probe, new Uint8Array(1), { createNew: true });
    // Another may have swept it away.
    await Deno.remove(probe).catch(() => {});
    await sweep(file);
  } catch (error) {
    await Deno.remove(probe).catch(() => {});
    refuse(path, `files must be possible in ${dirname(file)}`, (error as Error).message);
  }
}

function refuse(path: string, rule: string, state: string): never {
  throw new Error(`Cannot write ${path} as ${rule}: ${state}`);
}
