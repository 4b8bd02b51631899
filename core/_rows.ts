// Rows in and out of priors.

import { requireInteger } from "./check.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, points, row, zeros } from "./points.ts";
import type { Prior } from "./prior.ts";
import { type Stream, stream } from "./stream.ts";

type DrawRow = (random: Stream, out: Float64Array) => void;

// By the function, not in the prior: a prior whose `sample` was replaced has no such entry.
const DRAWS = new WeakMap<Prior["sample"], DrawRow>();

/** A prior's `sample`: row i has a stream of its own, so it depends on the key and i alone. */
export function rowSampler(dim: number, draw: DrawRow): Prior["sample"] {
  const sample = (key: Key, n: number) => {
    requireInteger("sample a prior", "n", n, 0);
    return drawRows({ dim, draw }, key, { first: 0, n });
  };
  DRAWS.set(sample, draw);
  return sample;
}

/** Draws any rows of `prior.sample(key, n)` alike, without those before; `n` rows are held where that fails. */
export function rowsAnywhere(prior: Prior, key: Key, n: number): (first: number, rows: number) => Points {
  const { dim } = prior;
  const draw = DRAWS.get(prior.sample);
  if (draw) return (first, rows) => drawRows({ dim, draw }, key, { first, n: rows });
  const all = prior.sample(key, n);
  return (first, rows) => points(all.data.slice(first * dim, (first + rows) * dim), dim);
}

function drawRows(
  { dim, draw }: { readonly dim: number; readonly draw: DrawRow },
  key: Key,
  { first, n }: { readonly first: number; readonly n: number },
): Points {
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) draw(stream(foldIn(key, first + i)), row(out, i));
  return out;
}
