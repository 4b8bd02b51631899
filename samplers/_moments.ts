import type { Points } from "@likely/core";

/** Running mean and scatter of rows, all chains pooled (Welford 1962). */
export interface Moments {
  /** Whether products of different columns are kept. */
  readonly kind: "diagonal" | "dense";
  /** Rows seen. */
  readonly count: number;
  /** `[d]`. */
  readonly mean: Float64Array;
  /** `[d, d]`, or `[d]` on the diagonal: the sum of products of deviations. */
  readonly scatter: Float64Array;
}

/** No rows yet. */
export function noMoments(dim: number, kind: Moments["kind"]): Moments {
  const size = kind === "dense" ? dim * dim : dim;
  return { kind, count: 0, mean: new Float64Array(dim), scatter: new Float64Array(size) };
}

/** Adds rows; the old moments stay as they are. */
export function addRows(moments: Moments, rows: Points): Moments {
  const { kind, count } = moments;
  const mean = moments.mean.slice();
  const scatter = moments.scatter.slice();
  const before = new Float64Array(rows.dim);
  for (let i = 0; i < rows.n; i++) {
    const x = rows.data.subarray(i * rows.dim, (i + 1) * rows.dim);
    for (let j = 0; j < x.length; j++) {
      before[j] = x[j]! - mean[j]!;
      mean[j]! += before[j]! / (count + i + 1);
    }
    if (kind === "dense") addProducts(scatter, before, x, mean);
    else for (let j = 0; j < x.length; j++) scatter[j]! += before[j]! * (x[j]! - mean[j]!);
  }
  return { kind, count: count + rows.n, mean, scatter };
}

function addProducts(scatter: Float64Array, before: Float64Array, x: Float64Array, mean: Float64Array): void {
  const dim = x.length;
  for (let j = 0; j < dim; j++) {
    for (let k = 0; k < dim; k++) scatter[j * dim + k]! += before[j]! * (x[k]! - mean[k]!);
  }
}

/**
 * The covariance `[d, d]`, or the variances `[d]`, drawn a little towards a thousandth of the
 * variances `[d]` known before where rows are few: never singular. Stan draws towards a thousandth
 * itself, which is much where a parameter is small.
 */
export function covarianceOf({ kind, count, mean, scatter }: Moments, before: Float64Array): Float64Array {
  const trust = count / (count + 5);
  return scatter.map((s, i) => {
    const isDiagonal = kind === "diagonal" || i % (mean.length + 1) === 0;
    const known = before[kind === "diagonal" ? i : i % mean.length]!;
    return trust * s / Math.max(count - 1, 1) + (isDiagonal ? (1 - trust) * 1e-3 * known : 0);
  });
}
