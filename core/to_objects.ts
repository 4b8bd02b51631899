/**
 * Draws as a list of objects.
 *
 * @module
 */

import type { Draws } from "./draws.ts";

/**
 * Gives every draw as an object of its parameters by name, chain after chain: for tables and plots of others.
 *
 * @param draws Draws of named parameters.
 * @returns `[chains · length]` objects.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toObjects } from "@likely/core";
 *
 * const draws = { names: ["a", "decay"], chains: 1, length: 2, values: new Float64Array([1, 2, 3, 4]) };
 * assertEquals(toObjects(draws), [{ a: 1, decay: 2 }, { a: 3, decay: 4 }]);
 * ```
 */
export function toObjects(draws: Omit<Draws, "info" | "warnings">): Record<string, number>[] {
  const { names, chains, length, values } = draws;
  return Array.from(
    { length: chains * length },
    (_, i) => Object.fromEntries(names.map((name, j) => [name, values[i * names.length + j]!])),
  );
}
