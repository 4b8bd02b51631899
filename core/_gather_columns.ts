import { type Points, zeros } from "./points.ts";

/** Copies the columns with these numbers, in that order. */
export function gatherColumns({ data, n, dim }: Points, columns: readonly number[]): Points {
  const out = zeros(n, columns.length);
  for (let i = 0; i < n; i++) {
    for (const [j, column] of columns.entries()) out.data[i * out.dim + j] = data[i * dim + column]!;
  }
  return out;
}
