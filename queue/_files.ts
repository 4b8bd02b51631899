// Files without an import, as in core: a module that names `node:` cannot be bundled for a browser.

import type * as promises from "node:fs/promises";

/** The host's files. */
export function files(): typeof promises {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const found = process?.getBuiltinModule?.("node:fs/promises") as typeof promises | undefined;
  if (found) return found;
  throw new TypeError("Cannot read a file as the host must have a file system: it has none");
}

/** The bytes of a file; undefined where there is none, or a folder. */
export async function readIfThere(path: string | URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await files().readFile(path));
  } catch (error) {
    if (["ENOENT", "EISDIR", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) return undefined;
    throw error;
  }
}
