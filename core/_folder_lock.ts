// A folder of simulations that is being written.

import { fileSystem } from "./_file_system.ts";
import { lockFile } from "./file_lock.ts";

/** The file in the folder that stands for it. */
const LOCK = ".likely-lock";

/** Locks a folder, which is made unless it is there, until disposed of; a folder that stays empty goes again. */
export async function lockFolder(
  path: string,
  { shared }: { readonly shared: boolean },
): Promise<AsyncDisposable> {
  const made = await fileSystem().mkdir(path, { recursive: true });
  const lock = await lockFile(`${path}/${LOCK}`, { what: `the simulations at ${path}`, shared });
  return {
    [Symbol.asyncDispose]: async () => {
      await lock[Symbol.asyncDispose]();
      if (made !== undefined) await fileSystem().rmdir(path).catch(() => {});
    },
  };
}
