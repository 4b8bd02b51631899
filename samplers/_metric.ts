import { cholesky } from "./_cholesky.ts";
import { covarianceOf, type Moments } from "./_moments.ts";

/** The inverse metric's square root L: coordinates are `x = L q`, with q of unit scale. */
export interface Metric {
  /** `[dim]` on the diagonal, or `[dim, dim]`, lower triangular. */
  readonly root: Float64Array;
}

/** L of draws. */
export function metricFrom(moments: Moments, kind: "diagonal" | "dense"): Metric {
  const dim = moments.mean.length;
  const covariance = covarianceOf(moments);
  if (kind === "dense") return { root: cholesky(covariance, dim) };
  return { root: Float64Array.from({ length: dim }, (_, j) => Math.sqrt(covariance[j * (dim + 1)]!)) };
}

/** Adds `size · L v` to `out`. */
export function addScaled(out: Float64Array, size: number, { root }: Metric, v: Float64Array): void {
  const dim = v.length;
  if (root.length === dim) {
    for (let j = 0; j < dim; j++) out[j]! += size * root[j]! * v[j]!;
    return;
  }
  for (let j = 0; j < dim; j++) {
    let sum = 0;
    for (let k = 0; k <= j; k++) sum += root[j * dim + k]! * v[k]!;
    out[j]! += size * sum;
  }
}

/** Adds `size · Lᵀ g` to `out`. */
export function addScaledTransposed(
  out: Float64Array,
  size: number,
  { root }: Metric,
  g: Float64Array,
): void {
  const dim = g.length;
  if (root.length === dim) return addScaled(out, size, { root }, g);
  for (let j = 0; j < dim; j++) {
    let sum = 0;
    for (let k = j; k < dim; k++) sum += root[k * dim + j]! * g[k]!;
    out[j]! += size * sum;
  }
}
