// Rows in and out of priors.

import { requireInteger, requireKey } from "./check.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, points, row, zeros } from "./points.ts";
import type { Prior } from "./prior.ts";
import { type Stream, stream } from "./stream.ts";

type Range = (key: Key, first: number, n: number) => Points;

// Beside the function and not beside the prior: who spreads a prior and samples otherwise has no range.
const RANGES = new WeakMap<Prior["sample"], Range>();

/** A prior's `sample`: row i has a stream of its own, so it depends on the key and i alone. */
export function rowSampler(
  dim: number,
  draw: (random: Stream, out: Float64Array) => void,
): Prior["sample"] {
  const range: Range = (key, first, n) => {
    const out = zeros(n, dim);
    for (let i = 0; i < n; i++) draw(stream(foldIn(key, first + i)), row(out, i));
    return out;
  };
  const sample = (key: Key, n: number) => {
    requireKey("sample a prior", key);
    requireInteger("sample a prior", "n", n, 0);
    return range(key, 0, n);
  };
  RANGES.set(sample, range);
  return sample;
}

/** Consecutive rows of a draw. */
export interface RowRange {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly rows: number;
}

/**
 * Rows of `prior.sample`, range after range in rising order: drawn by themselves where the prior is ours,
 * else all rows up to the last are drawn and most thrown away.
 */
export function sampleRanges(prior: Prior, key: Key, ranges: readonly RowRange[]): Points {
  const { dim } = prior;
  const out = zeros(ranges.reduce((sum, { rows }) => sum + rows, 0), dim);
  const last = ranges.at(-1);
  if (last === undefined) return out;
  const range = RANGES.get(prior.sample) ?? cut(prior.sample(key, last.first + last.rows));
  let at = 0;
  for (const { first, rows } of ranges) {
    out.data.set(range(key, first, rows).data, at * dim);
    at += rows;
  }
  return out;
}

function cut(all: Points): Range {
  return (_, first, n) => points(all.data.subarray(first * all.dim, (first + n) * all.dim), all.dim);
}

/** Any rows of `prior.sample(key, n)`: drawn when they are asked for, or held from the start where that fails. */
export function rowsAnywhere(prior: Prior, key: Key, n: number): (range: RowRange) => Points {
  const range = RANGES.get(prior.sample) ?? cut(prior.sample(key, n));
  return ({ first, rows }) => range(key, first, rows);
}
