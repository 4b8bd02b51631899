/**
 * Simulations of several levels, read back.
 *
 * @module
 */

import { openSimulations, type StoredSimulations } from "@likely/core";
import { levelFolder } from "./_level_folder.ts";
import { apart } from "./_pair_simulator.ts";
import type { LevelPairs, LevelRows } from "./level_pairs.ts";

/** What is in a folder of levels. */
export interface StoredLevels {
  /** Rows of all levels that are there. */
  readonly pairs: LevelPairs;
  /** Rows of each level that are not simulated yet. */
  readonly missing: readonly number[];
}

/**
 * Reads what `coupledSimulate` stored with its option `path`.
 *
 * Needs permission to read the folder (`--allow-read`).
 *
 * @param path The folder, of `level0`, `level1`, ….
 * @param count How many levels there are.
 * @returns The levels, and what is missing of them.
 * @throws {FormatError} If a level is not there or damaged.
 * @throws {TypeError} If a folder holds another level or simulator.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, leveled, normal } from "@likely/core";
 * import { coupledSimulate, openLevels } from "@likely/multilevel";
 *
 * const level = { cost: 1, simulate: (_: unknown, [a]: Float64Array) => [a!] };
 * const simulator = leveled({ name: "same", thetaDim: 1, xDim: 1, levels: [level, level] });
 * const source = { prior: independent({ a: normal(0, 1) }), simulator };
 * const path = await Deno.makeTempDir();
 * const { levels } = await coupledSimulate(key(0), source, [20, 10], { path });
 * assertEquals((await openLevels(path, 2)).pairs.levels, levels);
 * ```
 */
export async function openLevels(path: string, count: number): Promise<StoredLevels> {
  const stored: StoredSimulations[] = [];
  for (let l = 0; l < count; l++) stored.push(await openSimulations(levelFolder(path, l)));
  const { manifest } = stored[0]!;
  const levels = stored.map(({ dataset: { theta, x, failed }, manifest: { level } }, l): LevelRows => {
    if (level?.number !== l || level.of !== manifest.level!.of) {
      throw new TypeError(
        `Cannot read levels as ${levelFolder(path, l)} must hold level ${l} of ${
          manifest.level?.of ?? "a simulator"
        }: ` +
          `current value is ${level ? `level ${level.number} of ${level.of}` : "no level"}`,
      );
    }
    return { theta, ...(l === 0 ? { fine: x } : apart(x)), failed };
  });
  return {
    pairs: {
      simulator: manifest.level!.of,
      prior: manifest.prior,
      levels,
      costs: stored.map(({ manifest }) => manifest.level!.cost),
    },
    missing: stored.map(({ missing }) => missing),
  };
}
