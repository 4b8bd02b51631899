import type { Points } from "@likely/core";

/** Running mean and scatter of rows, all chains pooled (Welford 1962). */
export interface Moments {
  /** Rows seen. */
  readonly count: number;
  /** `[d]`. */
  readonly mean: Float64Array;
  /** `[d, d]`: the sum of outer products of deviations. */
  readonly scatter: Float64Array;
}

/** No rows yet. */
export function noMoments(dim: number): Moments {
  return { count: 0, mean: new Float64Array(dim), scatter: new Float64Array(dim * dim) };
}

/** Adds rows; the old moments stay as they are. */
export function addRows(moments: Moments, rows: Points): Moments {
  const { n, dim, data } = rows;
  const mean = moments.mean.slice();
  const scatter = moments.scatter.slice();
  let count = moments.count;
  for (let i = 0; i < n; i++) {
    count++;
    const before = mean.map((m, j) => data[i * dim + j]! - m);
    for (let j = 0; j < dim; j++) mean[j]! += before[j]! / count;
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k < dim; k++) scatter[j * dim + k]! += before[j]! * (data[i * dim + k]! - mean[k]!);
    }
  }
  return { count, mean, scatter };
}

/**
 * The covariance `[d, d]`, drawn a little towards `1e-3 · I` where rows are few, as Stan does:
 * never singular.
 */
export function covarianceOf({ count, mean, scatter }: Moments): Float64Array {
  const dim = mean.length;
  const trust = count / (count + 5);
  return scatter.map((s, i) => {
    const isDiagonal = i % (dim + 1) === 0;
    return trust * s / Math.max(count - 1, 1) + (isDiagonal ? (1 - trust) * 1e-3 : 0);
  });
}
