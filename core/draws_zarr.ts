/**
 * Draws on disk in ArviZ's InferenceData layout: one Zarr v3 group.
 *
 * The folder holds a group `posterior` with one float64 array `[chain, draw]` a parameter, by
 * name, and the coordinates `chain` and `draw`; how they were made is in the group's `likely`
 * attribute. In Python: `arviz.from_datatree(xarray.open_datatree(path, engine="zarr"))`.
 *
 * @module
 */

import type { Draws } from "./draws.ts";

/**
 * Writes draws to a new folder. Needs permission to read and write it.
 *
 * @param path The folder; it must be absent or empty.
 * @param draws The draws.
 * @throws {RangeError} If the folder holds something, there is no draw, or a name cannot be a
 * file's: empty, `chain`, `draw`, with a slash, or beginning with a dot or two underscores.
 * @throws {TypeError} If lengths do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openDraws, writeDraws } from "@likely/core";
 *
 * const values = new Float64Array([0.5, -1, 2, 3]);
 * const info = { sampler: "hmc", evaluations: 20 };
 * const draws = { names: ["mu"], chains: 2, length: 2, values, info, warnings: [] };
 * const path = await Deno.makeTempDir();
 *
 * await writeDraws(path, draws);
 * assertEquals(await openDraws(path), draws);
 * ```
 */
export async function writeDraws(path: string, draws: Draws): Promise<void> {
  // Loaded when needed: most programs store nothing, and a browser has no files.
  const { writeDrawsFiles } = await import("./_draws_files.ts");
  await writeDrawsFiles(path, draws);
}

/**
 * Reads the `posterior` group of a folder: what {@linkcode writeDraws} wrote, or anything of
 * that layout whose arrays are float64 `[chain, draw]`, uncompressed and in one chunk each.
 *
 * Of a folder that something else wrote, parameters come in the order of their names, `info`
 * holds the sampler `"unknown"` and NaN evaluations, and there are no warnings.
 *
 * @param path The folder.
 * @returns The draws.
 * @throws {FormatError} If there is no such group or a file is damaged: the message names it.
 *
 * @example Usage
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { FormatError, openDraws } from "@likely/core";
 *
 * await assertRejects(() => openDraws("no-such-folder"), FormatError, "posterior");
 * ```
 */
export async function openDraws(path: string): Promise<Draws> {
  const { readDrawsFiles } = await import("./_draws_files.ts");
  return readDrawsFiles(path);
}
