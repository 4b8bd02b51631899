// Rows in standard units of a reference.

import { type Points, standardisation, standardValue } from "@likely/core";

/** A function that standardises rows by the column means and sds (n − 1) of `reference`. */
export function standardBy(reference: Points): (rows: Points) => Points {
  const by = standardisation(reference);
  return (rows) => ({ ...rows, data: rows.data.map((value, k) => standardValue(by, k % rows.dim, value)) });
}

/** Rows of one table, then those of another. */
export function stacked(a: Points, b: Points): Points {
  const data = new Float64Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { data, n: a.n + b.n, dim: a.dim };
}
