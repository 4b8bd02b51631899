// A folder of files in which every file is whole: a file appears under its name, with all its
// bytes, or not at all. One process at a time may write to a folder.

import { fileSystem } from "./_file_system.ts";

/** The store of one folder, as zarrita reads and writes it; keys are paths below the folder. */
export class AtomicStore {
  /** The folder. */
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The bytes of a file; undefined where there is none. */
  async get(key: `/${string}`): Promise<Uint8Array | undefined> {
    const bytes = await unlessMissing(fileSystem().readFile(this.#path(key)));
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Writes beside the file, then renames. */
  async set(key: `/${string}`, value: Uint8Array): Promise<void> {
    const files = fileSystem();
    const path = this.#path(key);
    await files.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await files.writeFile(`${path}.partial`, value);
    await files.rename(`${path}.partial`, path);
  }

  /** Removes a file or a folder, if there is one. */
  async delete(key: `/${string}`): Promise<boolean> {
    await fileSystem().rm(this.#path(key), { recursive: true, force: true });
    return true;
  }

  /** Whether there is a file; by `stat`, as `access` asks Deno for the user's id too. */
  async has(key: `/${string}`): Promise<boolean> {
    return (await unlessMissing(fileSystem().stat(this.#path(key))))?.isFile() ?? false;
  }

  /** The names in a folder; none when there is no such folder. */
  async list(key: `/${string}`): Promise<string[]> {
    return await unlessMissing(fileSystem().readdir(this.#path(key))) ?? [];
  }

  #path(key: string): string {
    return this.root + key;
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
