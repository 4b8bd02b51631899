/**
 * Draws as CSV text.
 *
 * @module
 */

import { writeCsv } from "./csv.ts";
import type { Draws } from "./draws.ts";
import { zeros } from "./points.ts";

/**
 * Writes draws as a table: columns `chain` and `draw`, counted from 0, then the parameters.
 *
 * @param draws The draws.
 * @returns One line per draw, chain after chain, under a header.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawsToCsv } from "@likely/core";
 *
 * const draws = {
 *   names: ["mu"],
 *   chains: 1,
 *   length: 2,
 *   values: new Float64Array([0.5, -1]),
 *   info: { sampler: "hmc", evaluations: 20 },
 *   warnings: [],
 * };
 * assertEquals(drawsToCsv(draws), "chain,draw,mu\n0,0,0.5\n0,1,-1\n");
 * ```
 */
export function drawsToCsv(draws: Draws): string {
  const { names, chains, length, values } = draws;
  const dim = names.length;
  const table = zeros(chains * length, dim + 2);
  for (let i = 0; i < table.n; i++) {
    const draw = values.subarray(i * dim, (i + 1) * dim);
    table.data.set([Math.floor(i / length), i % length, ...draw], i * table.dim);
  }
  return writeCsv(["chain", "draw", ...names], table);
}
