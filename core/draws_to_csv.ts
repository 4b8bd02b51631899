/**
 * Draws as CSV text.
 *
 * @module
 */

import { writeCsv } from "./csv.ts";
import type { Draws } from "./draws.ts";
import { type Points, zeros } from "./points.ts";

/** Draws in a piece of text. */
const CHUNK = 4096;
/** Characters of the longest string of V8. */
const LONGEST = 2 ** 29 - 24;

/**
 * Writes draws as a table: columns `chain` and `draw`, counted from 0, then the parameters.
 *
 * @param draws The draws.
 * @returns One line per draw, chain after chain, under a header.
 * @throws {RangeError} If the text is longer than a string can be, half a billion characters, some
 * 27 million numbers: {@linkcode drawsToCsvChunks} has no such limit.
 * @throws {TypeError} If a name holds NUL or half of a surrogate pair.
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
  const chunks: string[] = [];
  let length = 0;
  for (const chunk of drawsToCsvChunks(draws)) {
    length += chunk.length;
    if (length > LONGEST) {
      throw new RangeError(
        `Cannot write draws as one string as it must have at most ${LONGEST} characters: ` +
          `${draws.values.length} numbers have more; write drawsToCsvChunks() one after the other`,
      );
    }
    chunks.push(chunk);
  }
  return chunks.join("");
}

/**
 * Writes draws as {@linkcode drawsToCsv} does, piece by piece, however many there are.
 *
 * @param draws The draws.
 * @returns The pieces of the text, whole lines each, made as they are asked for; the first is the
 * header.
 * @throws {TypeError} If a name holds NUL or half of a surrogate pair; at the first piece.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawsToCsvChunks } from "@likely/core";
 *
 * const info = { sampler: "hmc", evaluations: 20 };
 * const draws = { names: ["mu"], chains: 1, length: 1, values: new Float64Array([0.5]), info, warnings: [] };
 * assertEquals([...drawsToCsvChunks(draws)], ["chain,draw,mu\n", "0,0,0.5\n"]);
 * ```
 */
export function* drawsToCsvChunks(draws: Draws): Generator<string> {
  const { names, chains, length } = draws;
  yield writeCsv(["chain", "draw", ...names], zeros(0, names.length + 2));
  for (let i = 0; i < chains * length; i += CHUNK) {
    yield writeCsv([], tableOf(draws, i, Math.min(i + CHUNK, chains * length)));
  }
}

/** Draws `first` to `end`, with their places. */
function tableOf({ names, length, values }: Draws, first: number, end: number): Points {
  const dim = names.length;
  const table = zeros(end - first, dim + 2);
  for (let i = first; i < end; i++) {
    const at = (i - first) * table.dim;
    table.data.set([Math.floor(i / length), i % length], at);
    table.data.set(values.subarray(i * dim, (i + 1) * dim), at + 2);
  }
  return table;
}
