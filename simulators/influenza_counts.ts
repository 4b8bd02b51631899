/**
 * The boarding-school influenza of 1978: the counts, and the scale a network should see.
 *
 * Counts run from 0 to the hundreds and their spread grows with their mean, so both influenza
 * tasks give `x = log(1 + count)`. The map is one to one, so the probability of `x` is the
 * probability of the counts and no posterior changes.
 *
 * @module
 */

/**
 * Boys in bed on each of 14 days, of 763 at an English boarding school; day 0 had one case.
 *
 * Source: Anonymous (1978), "Influenza in a boarding school", British Medical Journal 1:587.
 */
export const influenzaCounts: readonly number[] = [
  3,
  8,
  26,
  76,
  225,
  298,
  258,
  233,
  189,
  128,
  68,
  29,
  14,
  4,
];

/**
 * Takes counts to the scale of the influenza tasks, `x = log(1 + count)`.
 *
 * @param counts Whole numbers ≥ 0.
 * @returns `x`, of the same length.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countsToX } from "@likely/simulators";
 *
 * assertEquals(countsToX([0, 3]), Float64Array.of(0, Math.log(4)));
 * ```
 */
export function countsToX(counts: ArrayLike<number>): Float64Array {
  return Float64Array.from(counts, Math.log1p);
}

/**
 * Takes `x` of the influenza tasks back to counts, `round(exp(x) − 1)`: for plots and tables.
 *
 * @param x Simulated or observed; float32 rounding does no harm below a million.
 * @returns Whole numbers, of the same length.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countsToX, influenzaCounts, xToCounts } from "@likely/simulators";
 *
 * assertEquals(xToCounts(countsToX(influenzaCounts)), Float64Array.from(influenzaCounts));
 * ```
 */
export function xToCounts(x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value) => Math.round(Math.expm1(value)));
}
