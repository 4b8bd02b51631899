// Convolutions for x that is a series, as far as simulations tell.

import { type ConvEmbedding, mean, type Points, row } from "@likely/core";

/** Shorter ones are embedded well by a dense layer. */
const SHORTEST = 64;
/** Rows looked at. */
const MOST_ROWS = 200;
/** Of squared autocorrelations, in units of what chance gives; and over those far apart. */
const CHANCE = 4;
const FAR = 4;

/**
 * What sees x first, where numbers next to each other have to do with each other and numbers far apart
 * less: layers of sixteen filters until some dozen cells are left, and 16 numbers of those. A dense
 * layer makes sums of single numbers; what a series tells lies in products of neighbours.
 */
export function seriesEmbedding(x: Points): ConvEmbedding | undefined {
  if (x.dim < SHORTEST || isBinary(x) || !isSeries(x)) return undefined;
  const layers = Math.ceil(Math.log(x.dim / CELLS) / Math.log(POOL));
  return {
    kind: "conv",
    size: [x.dim],
    channels: 1,
    filters: new Array(layers).fill(16),
    kernel: 5,
    pool: POOL,
    out: 16,
    activation: "silu",
  };
}

/** Most cells after the last layer, and what each layer divides them by. */
const CELLS = 32;
const POOL = 5;

/** Of answers yes or no what counts is which column says so: dense layers learn more of them. */
function isBinary({ data }: Points): boolean {
  const seen = new Set<number>();
  for (const value of data) if (seen.add(value).size > 2) return false;
  return true;
}

function isSeries(x: Points): boolean {
  const rows = Array.from({ length: Math.min(x.n, MOST_ROWS) }, (_, i) => standardised(row(x, i)));
  const half = x.dim >> 1;
  const near = surprise(rows, [1, 2]);
  return near > CHANCE && near > FAR * surprise(rows, [half - 1, half]);
}

/** Mean squared autocorrelation at some lags; about 1 where neighbours have nothing to do with each other. */
function surprise(rows: readonly Float64Array[], lags: readonly number[]): number {
  const squares = rows.flatMap((values) =>
    lags.map((lag) => {
      const products = values.subarray(lag).map((value, t) => value * values[t]!);
      return products.length * mean(products) ** 2;
    })
  );
  return mean(Float64Array.from(squares));
}

/** A row that never varies is all zeros. */
function standardised(values: Float64Array): Float64Array {
  const centre = mean(values);
  const sd = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return values.map((value) => (value - centre) / (sd || 1));
}
