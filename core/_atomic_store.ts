// A folder of files in which every file is whole: a file appears under its name, with all its
// bytes, or not at all. One process at a time may write to a folder.

import FileSystemStore from "@zarrita/storage/fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** The store of one folder. */
export class AtomicStore extends FileSystemStore {
  /** Writes beside the file, then renames. */
  override async set(key: `/${string}`, value: Uint8Array): Promise<void> {
    await super.set(`${key}.partial`, value);
    await rename(this.#path(`${key}.partial`), this.#path(key));
  }

  /** Removes a file or a folder, if there is one. */
  override async delete(key: `/${string}`): Promise<boolean> {
    await rm(this.#path(key), { recursive: true, force: true });
    return true;
  }

  /** Whether there is a file; by `stat`, as `access` asks Deno for the user's id too. */
  override async has(key: `/${string}`): Promise<boolean> {
    try {
      return (await stat(this.#path(key))).isFile();
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** The names in a folder; none when there is no such folder. */
  async list(key: `/${string}`): Promise<string[]> {
    try {
      return await readdir(this.#path(key));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #path(key: string): string {
    return join(this.root, key);
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOENT";
}
