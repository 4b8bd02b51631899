/**
 * From running sums to moments.
 *
 * @module
 */

import type { LevelMoments } from "@likely/core";
import { requireLength, requireNonNegative } from "@likely/core/check";
import type { LevelSums } from "./level_sums.ts";
import { winsorised } from "./_winsorised.ts";

/** Options of {@linkcode moments}. */
export interface MomentsOptions {
  /**
   * What the variance of each output counts, ≥ 0, `[outputs]`: 1 / scale² for outputs of different units.
   *
   * @default {undefined} All count 1.
   */
  readonly weights?: readonly number[];
}

/**
 * Computes the moments of levels from their sums, with the consistency check of neighbours:
 *
 *     check_l = |mean Y_l + mean P_{l−1} − mean P_l| / 3 (√(V_l / N_l) + √(Var P_{l−1} / N_{l−1}) + √(Var P_l / N_l))
 *
 * Variances are those of the samples, divided by N. A level without samples has NaN.
 *
 * Source: Giles (2015), "Multilevel Monte Carlo methods", https://doi.org/10.1017/S096249291500001X, section 3,
 * with a number of samples of each level's own.
 *
 * @param sums Of levels 0, 1, …, independent of each other.
 * @param options Weights of the outputs.
 * @returns Moments of each.
 * @throws {TypeError} If there is not a weight for each output.
 * @throws {RangeError} If a weight is not a finite number ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addSamples, levelSums, moments } from "@likely/multilevel";
 *
 * const sums = levelSums(0, 1);
 * addSamples(sums, { fine: new Float64Array([1, 3, 1, 3]), cost: 8 });
 * const [level] = moments([sums]);
 * assertEquals([level!.mean[0], level!.variance, level!.kurtosis, level!.cost], [2, 1, 1, 2]);
 * ```
 */
export function moments(sums: readonly LevelSums[], options: MomentsOptions = {}): LevelMoments[] {
  const outputs = sums[0]?.outputs ?? 0;
  const { weights = new Array<number>(outputs).fill(1) } = options;
  requireLength("compute moments", "weights", weights.length, outputs);
  weights.forEach((weight) => requireNonNegative("compute moments", "a weight", weight));
  return sums.map((level, l) => {
    const variances = Array.from({ length: outputs }, (_, j) => varianceOf(level, j));
    const fine = Array.from({ length: outputs }, (_, j) => varianceOf(level, outputs + j));
    return {
      level: level.level,
      runs: level.runs,
      failed: level.failed,
      mean: variances.map((_, j) => meanOf(level, j)),
      variances,
      variance: weighted(weights, variances),
      winsorised: weighted(weights, variances.map((_, j) => winsorised(level, j))),
      kurtosis: largest(variances.map((variance, j) => level.powers[2][j]! / level.runs / variance ** 2)),
      fineMean: fine.map((_, j) => meanOf(level, outputs + j)),
      fineVariance: weighted(weights, fine),
      check: l === 0 ? NaN : largest(fine.map((_, j) => checkOf(sums[l - 1]!, level, j))),
      cost: level.cost / level.runs,
    };
  });
}

function meanOf(sums: LevelSums, column: number): number {
  return sums.runs === 0 ? NaN : sums.shift[column]! + sums.mean[column]!;
}

function varianceOf(sums: LevelSums, column: number): number {
  return Math.max(0, sums.powers[0][column]! / sums.runs);
}

function checkOf(below: LevelSums, level: LevelSums, j: number): number {
  const fine = level.outputs + j;
  const [correction, coarse, mean] = [meanOf(level, j), meanOf(below, fine), meanOf(level, fine)];
  const error = (sums: LevelSums, column: number) => Math.sqrt(varianceOf(sums, column) / sums.runs);
  // Means of constants differ by rounding, which is no inconsistency.
  const rounding = 1e-12 * (Math.abs(coarse) + Math.abs(mean)) + Number.MIN_VALUE;
  const scale = 3 * (error(level, j) + error(below, fine) + error(level, fine)) + rounding;
  return Math.abs(correction + coarse - mean) / scale;
}

function weighted(weights: readonly number[], values: readonly number[]): number {
  return values.reduce((sum, value, j) => sum + weights[j]! * value, 0);
}

/** Outputs that say nothing are passed over. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => value > most || Number.isNaN(most) ? value : most, NaN);
}
