/**
 * Simulations on disk: one Zarr v3 group, readable by anything that reads Zarr.
 *
 * The group holds float64 arrays `theta` `[n, d]`, `x` `[n, p]` and, where the run wanted
 * scores, `score` `[n, d]`, chunked by rows. Rows that failed are there too, as the simulator
 * left them or full of NaN. A run that was cut short leaves whole chunks and nothing else.
 *
 * @module
 */

import type { Dataset } from "./dataset.ts";
import type { PriorSpec } from "./prior.ts";

/** What was simulated: the `likely` attribute of the group. */
export interface SimulationManifest {
  /** Version of the layout. */
  readonly format: 1;
  /** The simulator's name. */
  readonly simulator: string;
  /** The key of the run, as {@linkcode keyText} writes it. */
  readonly key: string;
  /** One name per column of θ. */
  readonly names: readonly string[];
  /** The prior of θ. */
  readonly prior: PriorSpec;
  /** Rows of the run, failed ones included. */
  readonly n: number;
  /** Numbers in a row of x. */
  readonly xDim: number;
  /** Whether the exact score is stored. */
  readonly score: boolean;
  /** Rows in a chunk. */
  readonly chunkRows: number;
}

/** Simulations read back. */
export interface StoredSimulations {
  /** The rows of all chunks that are there, failed rows left out. */
  readonly dataset: Dataset;
  /** What was simulated. */
  readonly manifest: SimulationManifest;
  /** Rows not simulated yet; 0 for a finished run. */
  readonly missing: number;
}

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
