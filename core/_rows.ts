// Rows in and out of priors.

import { requireInteger } from "./check.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, row, zeros } from "./points.ts";
import { type Stream, stream } from "./stream.ts";

/** Draws `n` rows; row i has a stream of its own, so it depends on the key and i alone. */
export function sampleRows(
  key: Key,
  n: number,
  dim: number,
  draw: (random: Stream, out: Float64Array) => void,
): Points {
  requireInteger("sample a prior", "n", n, 0);
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) draw(stream(foldIn(key, i)), row(out, i));
  return out;
}
