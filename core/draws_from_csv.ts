/**
 * Draws read back from CSV text.
 *
 * @module
 */

import { readCsv } from "./csv.ts";
import type { Draws } from "./draws.ts";
import { type Points, row } from "./points.ts";

/**
 * Reads draws that `drawsToCsv` wrote, or any table of that form: columns `chain` and `draw`,
 * counted from 0, then the parameters; chain after chain, all of one length.
 *
 * How they were made is not in the table: `info` holds the sampler `"unknown"` and NaN
 * evaluations, and there are no warnings.
 *
 * @param source The table, header included: text, or its bytes, however many.
 * @returns The draws.
 * @throws {SyntaxError} If it is no such table.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawsFromCsv } from "@likely/core";
 *
 * const draws = drawsFromCsv("chain,draw,mu\n0,0,0.5\n0,1,-1\n");
 * assertEquals([draws.chains, draws.length], [1, 2]);
 * assertEquals(draws.values, new Float64Array([0.5, -1]));
 * ```
 */
export function drawsFromCsv(source: string | Uint8Array): Draws {
  const { names: columns, rows } = readCsv(source);
  const [first, second, ...names] = columns;
  if (first !== "chain" || second !== "draw" || names.length === 0) {
    refuse("the columns must be chain, draw and the parameters", columns.join(", ") || "no header");
  }
  const chains = row(rows, rows.n - 1)[0]! + 1;
  const length = rows.n / chains;
  if (!Number.isInteger(chains) || chains < 1 || !Number.isInteger(length)) {
    refuse("all chains must have one length", `${rows.n} lines, the last of chain ${chains - 1}`);
  }
  requireOrder(rows, length);
  const values = rows.data.filter((_, k) => k % rows.dim >= 2);
  return { names, chains, length, values, info: { sampler: "unknown", evaluations: NaN }, warnings: [] };
}

function requireOrder(rows: Points, length: number): void {
  for (let i = 0; i < rows.n; i++) {
    const [chain, draw] = row(rows, i);
    const expected = [Math.floor(i / length), i % length];
    if (chain === expected[0] && draw === expected[1]) continue;
    refuse(`line ${i + 2} must be of chain ${expected[0]}, draw ${expected[1]}`, `${chain}, ${draw}`);
  }
}

function refuse(rule: string, value: string): never {
  throw new SyntaxError(`Cannot read draws as ${rule}: current value is ${value}`);
}
