/**
 * How fast corrections shrink and costs grow from level to level.
 *
 * @module
 */

/** Exponents of two: a level has 2^−alpha of the mean, 2^−beta of the variance and 2^gamma of the cost below. */
export interface LevelRates {
  /** Of the mean of the correction. */
  readonly alpha: number;
  /** Of its variance: above `gamma`, most work is on the coarse levels, and multilevel pays best. */
  readonly beta: number;
  /** Of the cost of a sample. */
  readonly gamma: number;
}

/**
 * Estimates rates by least squares through `−log₂ |m_l|`, `−log₂ V_l` and `log₂ C_l`, l ≥ 1. Levels where
 * there is no logarithm are left out; a rate with fewer than two is NaN.
 *
 * @param means Size of the mean correction of levels 0, 1, …
 * @param variances Of the correction.
 * @param costs Of a sample.
 * @returns The rates.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { levelRates } from "@likely/multilevel";
 *
 * assertEquals(levelRates([9, 1, 0.5, 0.25], [9, 1, 0.25, 0.0625], [1, 2, 4, 8]), { alpha: 1, beta: 2, gamma: 1 });
 * ```
 */
export function levelRates(
  means: readonly number[],
  variances: readonly number[],
  costs: readonly number[],
): LevelRates {
  // A difference from zero, since the negative of a slope of none is a negative zero.
  return { alpha: 0 - slope(means), beta: 0 - slope(variances), gamma: slope(costs) };
}

function slope(values: readonly number[]): number {
  const logs = values.map((value, l) => [l, Math.log2(value)] as const)
    .filter(([l, log]) => l >= 1 && Number.isFinite(log));
  const average = (k: 0 | 1) => logs.reduce((sum, point) => sum + point[k], 0) / logs.length;
  const [x, y] = [average(0), average(1)];
  const [covariance, variance] = logs.reduce(
    ([c, v], [l, log]) => [c + (l - x) * (log - y), v + (l - x) ** 2],
    [0, 0],
  );
  return covariance / variance;
}
