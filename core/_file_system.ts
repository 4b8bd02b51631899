// Files without an import: a module that names `node:` cannot be bundled for a browser, not even
// where it is never loaded.

import type * as promises from "node:fs/promises";

type FileSystem = typeof promises;

/** The host's file system, as Deno, Node from 20.16 and Bun have it. */
export function fileSystem(): FileSystem {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (files) return files as FileSystem;
  throw new TypeError(
    "Cannot open a folder as the host must have a file system: process.getBuiltinModule is absent",
  );
}
