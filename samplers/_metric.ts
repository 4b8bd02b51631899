import { cholesky } from "@likely/core/cholesky";
import { covarianceOf, type Moments } from "./_moments.ts";

// Of each variance: rounding may push a tiny pivot of a learnt covariance below zero.
const FLOOR = 1e-12;

/** The inverse metric's square root L: coordinates are `x = L q`, with q of unit scale. */
export interface Metric {
  /** `[dim]` on the diagonal, or `[dim, dim]`, lower triangular. */
  readonly root: Float64Array;
}

/** L of draws, of the kind that their moments are; `before` is what few draws are drawn towards. */
export function metricFrom(moments: Moments, before: Metric): Metric {
  const covariance = covarianceOf(moments, variancesOf(before, moments.mean.length));
  return {
    root: moments.kind === "dense" ? cholesky(covariance, { floor: FLOOR }) : covariance.map(Math.sqrt),
  };
}

/** `[dim]`: the diagonal of L Lᵀ. */
function variancesOf({ root }: Metric, dim: number): Float64Array {
  if (root.length === dim) return root.map((scale) => scale * scale);
  return Float64Array.from(
    { length: dim },
    (_, j) => root.subarray(j * dim, j * dim + j + 1).reduce((sum, entry) => sum + entry * entry, 0),
  );
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
