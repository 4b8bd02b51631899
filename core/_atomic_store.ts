// A folder of files in which every file is whole: a file appears under its name, with all its
// bytes, or not at all. Any number of processes, on any machines that share the folder, may write
// the same bytes to a file at a time.

import { fileSystem } from "./_file_system.ts";
import { partialName } from "./partial_name.ts";

/** Files of the same name are made at the same moment by a few processes, not by many. */
const MOST_TRIES = 10;

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

  /** Writes beside the file, then renames; a file that is there with these bytes is left alone. */
  async set(key: `/${string}`, value: Uint8Array): Promise<void> {
    await this.#settle(key, value, async (partial, path) => {
      await fileSystem().rename(partial, path);
      return true;
    });
  }

  /**
   * As `set`, but a file that is there stays as it is: of several processes one makes it. Returns whether
   * the file now has these bytes.
   */
  async create(key: `/${string}`, value: Uint8Array): Promise<boolean> {
    return await this.#settle(key, value, async (partial, path) => {
      const files = fileSystem();
      try {
        await files.link(partial, path);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === "ENOENT") throw error;
        if (code === "EEXIST") return false;
        // A file system without links: what two processes make in the same moment, the later one keeps.
        if (await this.has(key)) return false;
        await files.rename(partial, path);
      }
      return true;
    });
  }

  /** Returns whether the file has these bytes in the end. */
  async #settle(
    key: `/${string}`,
    value: Uint8Array,
    finish: (partial: string, path: string) => Promise<boolean>,
  ): Promise<boolean> {
    const files = fileSystem();
    const path = this.#path(key);
    for (let tries = 1;; tries++) {
      if (isEqual(await this.get(key), value)) {
        await this.keep(key);
        return true;
      }
      await files.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      // A name of its own: nobody renames what another is still writing.
      const partial = partialName(path);
      try {
        await files.writeFile(partial, value);
        const isDone = await finish(partial, path);
        await this.keep(key);
        return isDone || isEqual(await this.get(key), value);
      } catch (error) {
        // Another has made the same file meanwhile, and swept this one away.
        if ((error as { code?: string }).code !== "ENOENT" || tries === MOST_TRIES) throw error;
      }
    }
  }

  /** Whether there is a file, as `has`; what others began beside it, and were killed over, is removed. */
  async keep(key: `/${string}`): Promise<boolean> {
    const cut = key.lastIndexOf("/");
    const [folder, name] = [key.slice(0, cut) as `/${string}`, key.slice(cut + 1)];
    const found = await this.list(folder);
    if (!found.includes(name)) return false;
    for (const other of found) {
      if (!other.startsWith(`${name}.`) || !other.endsWith(".partial")) continue;
      await fileSystem().rm(this.#path(`${folder}/${other}`), { force: true });
    }
    return true;
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

/** Whether bytes are the same. */
export function isEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a?.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    // ENOTDIR: a folder of its path is a file.
    if (["ENOENT", "ENOTDIR"].includes((error as { code: string }).code)) return undefined;
    throw error;
  }
}
