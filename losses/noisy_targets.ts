/**
 * Targets that no simulation reached.
 *
 * @module
 */

import {
  drawNormal,
  type Fold,
  gatherRows,
  type Key,
  longTails,
  type Points,
  split,
  standardisation,
  stream,
} from "@likely/core";
import { requireInteger, requireNonNegative } from "@likely/core/check";

/** Options of {@linkcode noisyTargets}. */
export interface NoisyTargetsOptions {
  /**
   * How many.
   *
   * @default {100}
   */
  readonly count?: number;
  /**
   * Standard deviation of the noise, in those of the columns of x.
   *
   * @default {2}
   */
  readonly noise?: number;
}

/**
 * Makes targets for cost estimation that lie about and beyond the simulations: rows of x,
 * drawn with replacement, plus normal noise in every column; noise in the logarithms of columns with long
 * tails (see `longTails`), whose standard deviation is that of a few rows.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208; the numbers are those
 * of their code.
 *
 * @param key The key to consume.
 * @param x `[n, p]`, simulated data, n ≥ 1.
 * @param options How many, how noisy.
 * @returns `[count, p]`.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { noisyTargets } from "@likely/losses";
 *
 * assertEquals(noisyTargets(key(0), fromRows([[1], [2], [3]]), { count: 5 }).n, 5);
 * ```
 */
export function noisyTargets(key: Key, x: Points, options: NoisyTargetsOptions = {}): Points {
  const { count = 100, noise = 2 } = options;
  requireInteger("make noisy targets", "count", count, 0);
  requireNonNegative("make noisy targets", "noise", noise);
  const [forRows, forNoise] = split(key, 2);
  const { std, fold } = standardisation(x, { fold: longTails(x) });
  const [rows, shifts] = [stream(forRows), stream(forNoise)];
  const targets = gatherRows(x, Uint32Array.from({ length: count }, () => rows.uniform() * x.n));
  targets.data.forEach((value, k) => {
    const j = k % x.dim;
    targets.data[k] = moved(value, noise * std[j]! * drawNormal(shifts), fold?.[j]);
  });
  return targets;
}

/** A number that lies `by` farther, as its column is seen. */
function moved(value: number, by: number, fold: Fold | null | undefined): number {
  if (!fold) return value + by;
  return fold.at + fold.unit * Math.sinh(Math.asinh((value - fold.at) / fold.unit) + by);
}
