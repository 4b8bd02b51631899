/**
 * The draws of one parameter.
 *
 * @module
 */

import { show } from "./_plain_data.ts";
import type { Draws } from "./draws.ts";

/**
 * Takes the draws of one parameter, chain after chain.
 *
 * @param draws Draws of named parameters.
 * @param name The parameter.
 * @returns `[chains · length]`, a copy.
 * @throws {RangeError} If there is no such parameter.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { column } from "@likely/core";
 *
 * const draws = { names: ["a", "decay"], chains: 1, length: 2, values: new Float64Array([1, 2, 3, 4]) };
 * assertEquals([...column(draws, "decay")], [2, 4]);
 * ```
 */
export function column(draws: Omit<Draws, "info" | "warnings">, name: string): Float64Array {
  const { names, chains, length, values } = draws;
  const j = names.indexOf(name);
  if (j < 0) {
    throw new RangeError(
      `Cannot take a column of draws as its name must be one of ${names.join(", ")}: current value is ${
        show(name)
      }`,
    );
  }
  return Float64Array.from({ length: chains * length }, (_, i) => values[i * names.length + j]!);
}
