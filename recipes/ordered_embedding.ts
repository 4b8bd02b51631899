/**
 * Is x a series? Then convolutions should see it first.
 *
 * @module
 */

import {
  drawPermutation,
  type EmbeddingSpec,
  gatherRows,
  type Key,
  type Points,
  standardisation,
  standardise,
  stream,
} from "@likely/core";

/** From so many columns on, as `ratioNetwork` embeds wide x. */
const WIDE = 32;
/** From so many on, cells are pooled more. */
const LONG = 100;
/** Rows looked at, and orders that columns are compared in. */
const MOST_ROWS = 500;
const ORDERS = 3;
/** The mean square of a row's correlation from column to column that makes a series … */
const CORRELATED = 0.04;
/** … and how many times that of columns in other orders it must be. */
const TIMES = 3;

/** Options of {@linkcode orderedEmbedding}. */
export interface OrderedEmbeddingOptions {
  /**
   * Whether scores are trained on, too: a short series is then learned better through dense layers.
   *
   * @default {false}
   */
  readonly scored?: boolean;
}

/**
 * Chooses convolutions for wide x whose columns are ordered: within a row, numbers beside each other
 * are correlated, and are not where columns change places. So are series in time, and fields on a grid
 * row by row; sets, lists of statistics and answers yes or no are not. What it gains, of a long series
 * nats, is in `bench/README.md`.
 *
 * @param x `[n, p]`: simulations.
 * @param options What else is trained on.
 * @returns The embedding; undefined where x has fewer than 32 columns (with scores 100), two values, or no order.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { autoregressive, key, mg1Queue, orderedEmbedding, simulate } from "@likely/sbi";
 *
 * const series = await simulate(key(0), autoregressive(), 50);
 * assertEquals(orderedEmbedding(series.x)?.kind, "conv");
 * const times = await simulate(key(0), mg1Queue(), 50);
 * assertEquals(orderedEmbedding(times.x), undefined);
 * ```
 */
export function orderedEmbedding(
  x: Points,
  options: OrderedEmbeddingOptions = {},
): EmbeddingSpec | undefined {
  const { dim } = x;
  const fewest = options.scored ? LONG : WIDE;
  if (dim < fewest || isBinary(x) || !isOrdered(x)) return undefined;
  const isLong = dim >= LONG;
  return {
    kind: "conv",
    size: [dim],
    channels: 1,
    filters: isLong ? [8, 16, 16] : [8, 16],
    kernel: 5,
    pool: isLong ? 4 : 2,
    out: 16,
    activation: "silu",
  };
}

/** Of answers yes or no what counts is which column says so: convolutions lost 2.7 nats there. */
function isBinary({ data }: Points): boolean {
  const seen = new Set<number>();
  for (const value of data) if (seen.add(value).size > 2) return false;
  return true;
}

function isOrdered(x: Points): boolean {
  const some = gatherRows(x, Array.from({ length: Math.min(MOST_ROWS, x.n) }, (_, i) => i));
  const rows = { data: standardise(some, standardisation(some)), dim: x.dim };
  const found = correlation(rows, Array.from({ length: x.dim }, (_, j) => j));
  let other = 0;
  for (let k = 0; k < ORDERS; k++) {
    other += correlation(rows, drawPermutation(stream({ ...ORDER, lo: k }), x.dim)) / ORDERS;
  }
  return found > CORRELATED && found > TIMES * other;
}

// Not a source of randomness but fixed orders, the same for all data.
const ORDER: Key = { hi: 0, lo: 0 };

interface Rows {
  readonly data: Float32Array;
  readonly dim: number;
}

/** Over rows, the mean square of the correlation of each column with the next. */
function correlation({ data, dim }: Rows, order: ArrayLike<number>): number {
  const n = data.length / dim;
  let sum = 0;
  for (let at = 0; at < data.length; at += dim) {
    const row = data.subarray(at, at + dim);
    const mean = row.reduce((total, value) => total + value / dim, 0);
    const beside = row.reduce((total, _, j) => {
      return j + 1 < dim ? total + (row[order[j]!]! - mean) * (row[order[j + 1]!]! - mean) : total;
    }, 0);
    const size = row.reduce((total, value) => total + (value - mean) ** 2, 0);
    if (size > 0) sum += (beside / size) ** 2 / n;
  }
  return sum;
}
