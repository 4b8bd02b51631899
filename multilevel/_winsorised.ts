// The variance of values cut at their quantiles: what it would be without the few largest.

import type { LevelSums } from "./level_sums.ts";

/** Share cut at either end. */
const TAIL = 0.01;

/** Of the correction's output j, from the samples kept. */
export function winsorised({ kept, keptRows, outputs }: LevelSums, j: number): number {
  const values = Float64Array.from({ length: keptRows }, (_, k) => kept[k * outputs + j]!).sort();
  const cut = Math.floor(TAIL * keptRows);
  values.fill(values[cut] ?? NaN, 0, cut);
  values.fill(values[keptRows - 1 - cut] ?? NaN, keptRows - cut);
  const shift = values[keptRows >> 1] ?? NaN;
  let [first, second] = [0, 0];
  for (const value of values) {
    first += value - shift;
    second += (value - shift) ** 2;
  }
  return Math.max(0, (second - first * first / keptRows) / keptRows);
}
