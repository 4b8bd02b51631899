/**
 * Simulations on disk: one Zarr v3 group, readable by anything that reads Zarr.
 *
 * The group holds float64 arrays `theta` `[n, d]`, `x` `[n, p]` and, where the run wanted
 * scores, `score` `[n, d]`, chunked by rows. Rows that failed are there too, as the simulator
 * left them or full of NaN. A run that was cut short leaves whole chunks and nothing else.
 *
 * A fourth array, `checksum`, has a row of bytes for each chunk: of each of its files the SHA-256 of the run, the
 * array, the chunk's number and the file's bytes, so that no chunk is taken for another and no bit changes unseen.
 * Folders of format 1 have none, and are read, and grow, without.
 *
 * @module
 */

import type { StoredSimulations } from "./simulation_manifest.ts";

/**
 * Reads the simulations that `simulate()` stored with its option `path`.
 *
 * Needs permission to read the folder (`--allow-read`). Of a failed row that threw, only that
 * it failed is stored: its reason reads as that of a row of NaN.
 *
 * @param path The folder.
 * @returns The dataset, and what it is.
 * @throws {FormatError} If there are no simulations, or a file is damaged: the message names
 * the file and what to do.
 * @throws {RangeError} If every row that is there has failed.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal, openSimulations, simulate, simulator } from "@likely/core";
 *
 * const prior = independent({ a: normal(0, 1) });
 * const echo = simulator({ name: "echo", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta });
 * const path = await Deno.makeTempDir();
 *
 * const dataset = await simulate(key(0), { prior, simulator: echo }, 20, { path });
 * assertEquals((await openSimulations(path)).dataset, dataset);
 * ```
 */
export async function openSimulations(path: string): Promise<StoredSimulations> {
  // Loaded when needed: most programs store nothing, and a browser has no files.
  const { readSimulations } = await import("./_simulation_files.ts");
  return readSimulations(path);
}
