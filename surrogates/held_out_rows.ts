/**
 * Which rows a training run has not seen.
 *
 * @module
 */

import { type Key, split } from "@likely/core";
import { splitRows } from "./_rows.ts";
import { rowsDivided } from "./require_training.ts";

/**
 * Tells which rows `train` sets aside, of a run with this key: what its network can be judged by.
 *
 * @param key The key of the run; not consumed.
 * @param n Rows of its data.
 * @param options Those of the run that divide rows.
 * @returns Their indices.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { heldOutRows } from "@likely/surrogates";
 *
 * assertEquals(heldOutRows(key(0), 200).length, 20);
 * ```
 */
export function heldOutRows(
  key: Key,
  n: number,
  options: NonNullable<Parameters<typeof rowsDivided>[1]> = {},
): Uint32Array {
  const [forSplit] = split(key, 5);
  return splitRows(forSplit, n, rowsDivided(n, options).aside, options.trials).validation;
}
