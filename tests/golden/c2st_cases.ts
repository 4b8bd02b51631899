// The samples that c2st.py scores: normal quantiles of Threefry words.

import { bits, gatherRows, key, normalQuantile, type Points, points, standardisation, zeros } from "@likely/core";

/** Two samples to be told apart. */
export interface C2stCase {
  /** The reference. */
  readonly a: Points;
  /** The sample. */
  readonly b: Points;
}

/** Standard normal rows. */
export function normals(seed: number, n: number, dim: number): Points {
  return points(Float64Array.from(bits(key(seed), n * dim), (word) => normalQuantile((word + 0.5) / 2 ** 32)), dim);
}

/** Rows changed number by number; j is the column. */
export function mapped(rows: Points, fn: (value: number, j: number) => number): Points {
  return { ...rows, data: rows.data.map((value, k) => fn(value, k % rows.dim)) };
}

/** Standard normal columns, each correlated with the one before by `rho`. */
export function correlated(rows: Points, rho: number): Points {
  const rest = Math.sqrt(1 - rho * rho);
  const data = rows.data.slice();
  for (let k = 0; k < data.length; k++) if (k % rows.dim > 0) data[k] = rho * data[k - 1]! + rest * data[k]!;
  return { ...rows, data };
}

/** Samples whose laws are known. */
export const CLOSED: Readonly<Record<string, () => C2stCase>> = {
  "the same": () => ({ a: normals(1, 1000, 2), b: normals(2, 1000, 2) }),
  "shifted": () => ({
    a: normals(3, 500, 2),
    b: mapped(normals(4, 500, 2), (value, j) => value + (j === 0 ? 1 : 0)),
  }),
  "too narrow": () => ({ a: normals(5, 500, 2), b: mapped(normals(6, 500, 2), (value) => value / 2) }),
  "correlated": () => ({ a: normals(7, 500, 2), b: correlated(normals(8, 500, 2), 0.9) }),
  "too narrow, 5-d": () => ({ a: normals(13, 200, 5), b: mapped(normals(14, 200, 5), (value) => value / 5) }),
  "correlated, 5-d": () => ({ a: normals(15, 200, 5), b: correlated(normals(16, 200, 5), 0.95) }),
  "too narrow, 10-d": () => ({ a: normals(27, 200, 10), b: mapped(normals(28, 200, 10), (value) => value / 2) }),
  "correlated, 10-d": () => ({ a: normals(25, 200, 10), b: correlated(normals(26, 200, 10), 0.95) }),
};

/** Samples made of the benchmark's own: a function of the reference rows of its task. */
export const SBIBM: Readonly<Record<string, { task: string; make: (reference: Points) => C2stCase }>> = {
  "two_moons against itself": {
    task: "two_moons",
    make: (rows) => ({ a: slice(rows, 0, 1000), b: slice(rows, 1000, 2000) }),
  },
  "two_moons, its marginals": {
    task: "two_moons",
    make: (rows) => ({ a: slice(rows, 0, 500), b: marginals(rows, 500) }),
  },
  "slcp, 5-d, too narrow": {
    task: "slcp",
    make: (rows) => ({ a: slice(rows, 0, 200), b: narrowed(rows, slice(rows, 200, 400), 0.5) }),
  },
  "gaussian_linear, 10-d, too narrow": {
    task: "gaussian_linear",
    make: (rows) => ({ a: slice(rows, 0, 200), b: narrowed(rows, slice(rows, 200, 400), 0.3) }),
  },
};

function slice(rows: Points, first: number, end: number): Points {
  return gatherRows(rows, Array.from({ length: end - first }, (_, k) => first + k));
}

function marginals(rows: Points, n: number): Points {
  const out = zeros(n, rows.dim);
  for (let k = 0; k < out.data.length; k++) {
    const [i, j] = [Math.floor(k / rows.dim), k % rows.dim];
    out.data[k] = rows.data[((j + 1) * n + i) * rows.dim + j]!;
  }
  return out;
}

// Drawn towards the means of all rows.
function narrowed(all: Points, rows: Points, by: number): Points {
  const { mean } = standardisation(all);
  return mapped(rows, (value, j) => mean[j]! + by * (value - mean[j]!));
}
