// How x is seen before theta joins it, from the command line.

import type { EmbeddingSpec } from "@likely/core";
import type { Arguments } from "./_options.ts";

/** Embeddings by name. */
export const EMBEDDINGS = ["none", "dense", "conv"] as const;

const POOL = 2;
const FILTERS = [16, 16, 8];

/** An embedding as asked for: `dense` is the library's. */
export type EmbeddingChoice = Exclude<typeof EMBEDDINGS[number], "conv"> | EmbeddingSpec;

/** Reads the options of the embedding; undefined is what the library does by default. */
export function readEmbedding(args: Arguments): EmbeddingChoice | undefined {
  const choice = args.choice("embedding", EMBEDDINGS);
  switch (choice) {
    case "conv": {
      const size = readGrid(args);
      const layers = Math.floor(Math.log2(Math.min(...size)));
      if (layers < 1) {
        args.refuse(`--grid must have at least ${POOL} cells a side: current value is ${args.text("grid")}`);
      }
      const filters = FILTERS.slice(0, layers);
      return { kind: "conv", size, channels: 1, filters, kernel: 3, pool: POOL, out: 64, activation: "silu" };
    }
    default:
      return choice;
  }
}

function readGrid(args: Arguments): [number] | [number, number] {
  const text = args.text("grid") ?? args.refuse("--grid is missing: --embedding conv sees x on one");
  const [, first, second] = /^(\d+)(?:x(\d+))?$/.exec(text) ??
    args.refuse(`--grid must be cells along each axis, such as 100 or 25x25: current value is "${text}"`);
  return second === undefined ? [Number(first)] : [Number(first), Number(second)];
}
