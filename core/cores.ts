/**
 * How many threads the machine runs at once.
 *
 * @module
 */

/**
 * Counts the cores that this host tells of; 1 where it tells of none. Not every host has a
 * `navigator` (Node has one from version 21 on; edge hosts may have none).
 *
 * @returns A whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { cores } from "@likely/core";
 *
 * assert(cores() >= 1);
 * ```
 */
export function cores(): number {
  const { navigator, process } = globalThis as {
    navigator?: { hardwareConcurrency?: number };
    process?: { getBuiltinModule?(name: "node:os"): { availableParallelism?(): number } | undefined };
  };
  const told = navigator?.hardwareConcurrency ??
    process?.getBuiltinModule?.("node:os")?.availableParallelism?.() ?? 1;
  return Math.max(1, told);
}
