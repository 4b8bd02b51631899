/**
 * Running sums of the samples of a level.
 *
 * @module
 */

import { requireInteger } from "@likely/core/check";

/**
 * All that is kept of the samples of a level, as plain data that grows: central moments of the correction Y
 * and of the fine value P, and some of the samples themselves.
 */
export interface LevelSums {
  /** 0 is the cheapest. */
  readonly level: number;
  /** Numbers in a sample. */
  readonly outputs: number;
  /** Samples that count. */
  runs: number;
  /** Samples left out as they were not finite; `runs + failed` is the index of the next one. */
  failed: number;
  /** What all cost. */
  cost: number;
  /** The first sample's Y and P, `[2 * outputs]`: moments are taken about it, or digits would be lost. */
  readonly shift: Float64Array;
  /** Mean of Y and P, less `shift`, `[2 * outputs]`. */
  readonly mean: Float64Array;
  /** Sums of the second, third and fourth powers about the mean, `[2 * outputs]` each. */
  readonly powers: readonly [Float64Array, Float64Array, Float64Array];
  /** Every `stride`-th sample's Y, `[keptRows * outputs]` of them in use. */
  readonly kept: Float64Array;
  /** How many are kept. */
  keptRows: number;
  /** Doubles whenever `kept` is full, so that those in it are always evenly spaced. */
  stride: number;
}

/** How many samples are kept at most: an even number, fewer where they are wide. */
function capacity(outputs: number): number {
  return 2 * Math.max(32, Math.min(2048, Math.floor(32_768 / outputs)));
}

/**
 * Makes the sums of no samples.
 *
 * @param level 0 is the cheapest.
 * @param outputs Numbers in a sample.
 * @returns Fresh sums.
 * @throws {RangeError} If `level` is not a whole number ≥ 0, or `outputs` not one ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { levelSums } from "@likely/multilevel";
 *
 * assertEquals(levelSums(0, 2).runs, 0);
 * ```
 */
export function levelSums(level: number, outputs: number): LevelSums {
  requireInteger("sum a level", "level", level, 0);
  requireInteger("sum a level", "outputs", outputs, 1);
  const columns = () => new Float64Array(2 * outputs);
  return {
    level,
    outputs,
    runs: 0,
    failed: 0,
    cost: 0,
    shift: columns(),
    mean: columns(),
    powers: [columns(), columns(), columns()],
    kept: new Float64Array(capacity(outputs) * outputs),
    keptRows: 0,
    stride: 1,
  };
}
