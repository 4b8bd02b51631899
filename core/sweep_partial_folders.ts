/**
 * Clearing away what was left half made.
 *
 * @module
 */

import { fileSystem } from "./_file_system.ts";
import { isPartialName } from "./partial_name.ts";

/**
 * Removes the folders that programs have left beside a path which were killed while they made one for it. Only
 * whoever holds a lock on the path knows that nobody is making one still.
 *
 * @param path Where the folder will be.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { partialName, sweepPartialFolders } from "@likely/core";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(partialName(`${folder}/draws.zarr`));
 * await sweepPartialFolders(`${folder}/draws.zarr`);
 * assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
 * ```
 */
export async function sweepPartialFolders(path: string): Promise<void> {
  const [, folder = "", name = path] = /^(.*[/\\])?([^/\\]*)$/s.exec(path) ?? [];
  for (const other of await fileSystem().readdir(folder || ".", { withFileTypes: true })) {
    if (!other.isDirectory() || !isPartialName(name, other.name)) continue;
    await fileSystem().rm(`${folder}${other.name}`, { recursive: true, force: true });
  }
}
