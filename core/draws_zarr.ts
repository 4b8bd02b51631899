/**
 * Draws on disk in ArviZ's layout: one Zarr v3 group.
 *
 * The folder holds a group `posterior` with one float64 array `[chain, draw]` a parameter and the
 * coordinates `chain` and `draw`, and a group `sample_stats` whose attributes tell of the run. Any
 * name will do. An array is called as its parameter, with `%XX` for what some file system refuses
 * (`a/b` is `a%2Fb`, with the true name as its `long_name`) and for what some cannot tell apart: of
 * `N` and `n`, `N` is `%4E`.
 *
 * In Python, with ArviZ 1 and with xarray alone:
 *
 * ```py
 * import arviz
 *
 * data = arviz.from_zarr("draws.zarr")  # xarray.open_datatree("draws.zarr", engine="zarr")
 * arviz.summary(data)
 * ```
 *
 * Parameters come in their order, as the root's metadata lists them; what xarray writes itself it
 * sorts by name. `data.posterior.attrs["likely"]` has the true `names`, beside the `variables`.
 * `arviz.ess(data, method="tail", prob=(0.05, 0.95))` is the tail ESS of `summary()`; ArviZ's own
 * table shows that of other tails.
 *
 * @module
 */

import type { Draws } from "./draws.ts";

/**
 * Checks that draws can be written to a folder: what {@linkcode writeDraws} would refuse after they
 * were drawn.
 *
 * @param path The folder; it must be absent or empty.
 * @param names Of the parameters.
 * @throws {RangeError} If the folder holds something, or a name is there twice, is empty, has half
 * of a surrogate pair, or is longer than the name of a file, of some 255 bytes.
 *
 * @example Usage
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { checkDrawsFolder } from "@likely/core";
 *
 * const path = await Deno.makeTempDir();
 * await checkDrawsFolder(path, ["beta", "a/b"]);
 * await assertRejects(() => checkDrawsFolder(path, ["beta", "beta"]), RangeError, "its own");
 * ```
 */
export async function checkDrawsFolder(path: string, names: readonly string[]): Promise<void> {
  const { checkDrawsFiles } = await import("./_draws_files.ts");
  await checkDrawsFiles(path, names);
}

/**
 * Writes draws to a new folder. Needs permission to read and write it.
 *
 * @param path The folder; it must be absent or empty.
 * @param draws The draws.
 * @throws {RangeError} If there is no draw, or for what {@linkcode checkDrawsFolder} refuses; nothing
 * is written then.
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
 * Reads the `posterior` group of a folder: what {@linkcode writeDraws} wrote, or what ArviZ did.
 *
 * Arrays may be of floats, whole numbers or booleans, `[chain, draw, …]`, in any chunks, plain or
 * compressed by Zstandard or Blosc. An array of more dimensions is a parameter for each element:
 * `theta[0]`, `m[0, 1]`. What has no dimensions `chain` and `draw` is no draw, and left out.
 *
 * Of a folder that something else wrote, parameters come in the order of their names, `info`
 * holds the sampler `"unknown"` and NaN evaluations, and there are no warnings.
 *
 * @param path The folder.
 * @returns The draws.
 * @throws {FormatError} If there is no such group, a file is damaged, or numbers would take much
 * more memory than files: the message names what it is about.
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
  const { readDrawsFiles } = await import("./_open_draws.ts");
  return readDrawsFiles(path);
}
