// Goodness of fit, shared by the tests of this package.

import { assert } from "@std/assert";
import golden from "../tests/golden/draws.json" with { type: "json" };

/** A distribution cut into cells of known probability, with its moments. */
export type Cells = Omit<typeof golden[number], "params"> & { readonly params: readonly (number | null)[] };

/** Every distribution under test; a `null` parameter stands for an end at infinity. */
export const cases: readonly Cells[] = golden;

/** Pearson's statistic of the values, in standard errors of its chi-square distribution. */
function excess(values: Float64Array, { edges, probabilities }: Cells): number {
  const counts = new Float64Array(probabilities.length);
  for (const value of values) {
    const cell = edges.findIndex((edge) => value <= edge);
    counts[cell < 0 ? edges.length : cell]!++;
  }
  const chi2 = counts.reduce((sum, count, k) => {
    const expected = probabilities[k]! * values.length;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const freedom = edges.length;
  return (chi2 - freedom) / Math.sqrt(2 * freedom);
}

/** Moments within 5 standard errors, cells within 5 of the chi-square's. */
export function assertFits(values: Float64Array, cells: Cells): void {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + (x - cells.mean), 0) / n;
  const meanError = Math.sqrt(cells.variance / n);
  assert(Math.abs(mean) < 5 * meanError, `mean off by ${mean / meanError} standard errors`);
  const squares = values.map((x) => (x - cells.mean) ** 2);
  const variance = squares.reduce((sum, s) => sum + s, 0) / n;
  const spread = squares.reduce((sum, s) => sum + (s - variance) ** 2, 0) / n;
  const off = (variance - cells.variance) / Math.sqrt(spread / n);
  assert(Math.abs(off) < 5, `variance off by ${off} standard errors`);
  assert(excess(values, cells) < 5, `chi-square off by ${excess(values, cells)} standard errors`);
}
