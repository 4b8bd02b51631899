/**
 * How much all levels differ from each other.
 *
 * @module
 */

import type { Key } from "@likely/core";
import { requireInteger, requireKey, requireLength } from "@likely/core/check";
import type { LevelSampler } from "./level_samples.ts";

/** Options of {@linkcode jointVariances}. */
export interface JointVariancesOptions {
  /**
   * Samples of the pilot, each at all levels; at least 2.
   *
   * @default 200
   */
  readonly samples?: number;
  /**
   * What the variance of each output counts, `[outputs]`.
   *
   * @default {undefined} All count 1.
   */
  readonly weights?: readonly number[];
}

/**
 * Runs a pilot of all levels on common random numbers and computes what `chooseLevels` needs. A sample that
 * failed at one level is left out at all.
 *
 * @param key The key of the pilot.
 * @param sampler One that has `together`, such as from `levelSampler`.
 * @param options How many samples.
 * @returns `[levels][levels]`, symmetric: Var(P_j − P_i) and, on the diagonal, Var P_i.
 * @throws {TypeError} If the sampler has no `together`, or there is not a weight for each output.
 * @throws {RangeError} If `samples` is not a whole number ≥ 2.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { jointVariances } from "@likely/multilevel";
 *
 * const values = [new Float64Array([0, 2]), new Float64Array([0, 3])];
 * const sampler = { outputs: 1, sample: () => ({ fine: values[0]! }), together: () => values };
 * const variances = jointVariances(key(0), sampler, { samples: 2 });
 * assertAlmostEquals(variances[0]![1]!, 0.25);
 * assertAlmostEquals(variances[1]![1]!, 2.25);
 * ```
 */
export function jointVariances(
  key: Key,
  sampler: LevelSampler,
  options: JointVariancesOptions = {},
): number[][] {
  const { samples = 200, weights = new Array<number>(sampler.outputs).fill(1) } = options;
  const action = "compare levels";
  requireKey(action, key);
  requireInteger(action, "samples", samples, 2);
  requireLength(action, "weights", weights.length, sampler.outputs);
  if (!sampler.together) {
    throw new TypeError(`Cannot ${action} as the sampler must have together(): it is absent`);
  }
  const values = sampler.together(key, samples);
  const sound = Array.from({ length: samples }, (_, i) => i).filter((i) =>
    values.every((level) =>
      level.subarray(i * sampler.outputs, (i + 1) * sampler.outputs).every(Number.isFinite)
    )
  );
  const at = (level: number, i: number, j: number) => values[level]![i * sampler.outputs + j]!;
  return values.map((_, a) =>
    values.map((_, b) =>
      weights.reduce((sum, weight, j) => {
        const column = sound.map((i) => a === b ? at(a, i, j) : at(b, i, j) - at(a, i, j));
        return sum + weight * variance(column);
      }, 0)
    )
  );
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
