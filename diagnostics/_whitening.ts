// Linear maps that make rows uncorrelated with unit variance.

import { type Points, row } from "@likely/core";
import { standardBy } from "./_standard_rows.ts";

// Added to each correlation matrix: columns that depend on each other stay harmless.
const RIDGE = 1e-6;

/** The map that whitens `reference`, for rows of any number. */
export function whitening(reference: Points): (rows: Points) => Points {
  const standard = standardBy(reference);
  const factor = cholesky(correlations(standard(reference)), reference.dim);
  return (rows) => {
    const out = standard(rows);
    for (let i = 0; i < out.n; i++) solveLower(factor, row(out, i));
    return out;
  };
}

function correlations({ data, n, dim }: Points): Float64Array {
  const out = new Float64Array(dim * dim);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b <= a; b++) out[a * dim + b]! += data[i * dim + a]! * data[i * dim + b]! / (n - 1);
    }
  }
  for (let a = 0; a < dim; a++) out[a * dim + a]! += RIDGE;
  return out;
}

// The lower-triangular L with L Lᵀ = A; a pivot that rounding makes negative counts as the ridge.
function cholesky(a: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * d + j]!;
      for (let k = 0; k < j; k++) rest -= out[i * d + k]! * out[j * d + k]!;
      out[i * d + j] = i === j ? Math.sqrt(Math.max(rest, RIDGE)) : rest / out[j * d + j]!;
    }
  }
  return out;
}

function solveLower(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
    let rest = x[i]!;
    for (let k = 0; k < i; k++) rest -= factor[i * d + k]! * x[k]!;
    x[i] = rest / factor[i * d + i]!;
  }
}
