// Linear maps that make rows uncorrelated with unit variance.

import { type Points, row } from "@likely/core";
import { cholesky, solveLower } from "@likely/core/cholesky";
import { standardBy } from "./_standard_rows.ts";

// Added to each correlation matrix, and the least pivot: columns that depend on each other stay
// harmless.
const RIDGE = 1e-6;

/** The map that whitens `reference`, for rows of any number. */
export function whitening(reference: Points): (rows: Points) => Points {
  const standard = standardBy(reference);
  const factor = cholesky(correlations(standard(reference)), { floor: RIDGE });
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
