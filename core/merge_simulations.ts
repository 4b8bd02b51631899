/**
 * Shards of a run, made on many machines, as one.
 *
 * @module
 */

import type { MergedSimulations, MergeProgress } from "./merged_simulations.ts";

/** Options of {@linkcode mergeSimulations}. */
export interface MergeOptions {
  /**
   * Stops after the chunks at hand; the same call goes on from there.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
  /**
   * Told after each chunk.
   *
   * @default {undefined}
   */
  readonly onProgress?: (progress: MergeProgress) => void;
}

/**
 * Joins folders that `simulate()` has filled with shards of one run. Files are copied as they are, chunk by
 * chunk: what one machine would have written, whatever the number of shards and however often each was run.
 *
 * A chunk may be in several folders, and in `out` from an earlier call, but must be the same everywhere. A
 * merge that was cut short goes on by the same call. Chunks that are nowhere are named in the result; the
 * folders themselves stay as they are. Needs permission to read all folders and to write to `out`.
 *
 * @param out The folder to join in: new, or one with some of this run.
 * @param folders Folders of simulations, one at least.
 * @param options Progress, and how to stop.
 * @returns What was simulated, and which rows are missing.
 * @throws {RangeError} If there is no folder, one is of another run, another `n` or other chunks, a chunk
 * differs between folders, or one folder is inside another.
 * @throws {FormatError} If a folder holds no simulations, or a file is damaged: the message names it.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, mergeSimulations, normal, openSimulations, simulate, simulator } from "@likely/core";
 *
 * const prior = independent({ a: normal(0, 1) });
 * const echo = simulator({ name: "echo", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta });
 * const path = await Deno.makeTempDir();
 *
 * // On two machines:
 * for (const index of [0, 1]) {
 *   const options = { path: `${path}/part${index}`, shard: { index, of: 2 } };
 *   await simulate(key(0), { prior, simulator: echo }, 20, options);
 * }
 * const { missing } = await mergeSimulations(`${path}/all`, [`${path}/part0`, `${path}/part1`]);
 * assertEquals(missing, []);
 * const { dataset } = await openSimulations(`${path}/all`);
 * assertEquals(dataset, await simulate(key(0), { prior, simulator: echo }, 20));
 * ```
 */
export async function mergeSimulations(
  out: string,
  folders: readonly string[],
  options: MergeOptions = {},
): Promise<MergedSimulations> {
  // Loaded when needed: most programs store nothing, and a browser has no files.
  const { mergeFiles } = await import("./_merge_files.ts");
  return mergeFiles(out, folders, options.onProgress ?? (() => {}), options.signal);
}
