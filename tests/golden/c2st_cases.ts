// The samples that c2st.py scores: normal quantiles of Threefry words.

import { bits, gatherRows, key, normalQuantile, type Points, points, zeros } from "@likely/core";

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

/** Pairs with correlation `rho`. */
export function correlated(rows: Points, rho: number): Points {
  const rest = Math.sqrt(1 - rho * rho);
  return {
    ...rows,
    data: rows.data.map((value, k) => k % 2 === 0 ? value : rho * rows.data[k - 1]! + rest * value),
  };
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
