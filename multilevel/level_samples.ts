/**
 * What multilevel Monte Carlo samples from.
 *
 * @module
 */

import type { Key } from "@likely/core";

/** Coupled samples of one level. */
export interface LevelSamples {
  /** The quantity at the level itself, `[n * outputs]`, row by row. */
  readonly fine: Float64Array;
  /** The quantity at the level below on the same random numbers, `[n * outputs]`; absent at level 0. */
  readonly coarse?: Float64Array;
  /** What all n cost together, where the sampler knows; wins over declared costs. */
  readonly cost?: number;
}

/** Samples a quantity at any level, coupled with the level below. */
export interface LevelSampler {
  /** Numbers in a sample. */
  readonly outputs: number;
  /** How many levels there are; absent: as many as one likes. */
  readonly levels?: number;
  /**
   * Cost of one sample of each level, both halves, in any unit. Absent, and where samples come without
   * `cost`: seconds, measured.
   */
  readonly costs?: readonly number[];
  /** Cost of the fine half alone, what plain Monte Carlo would pay; absent: that of the pair. */
  readonly fineCosts?: readonly number[];
  /**
   * Draws samples `first … first + n − 1` of a level. Sample i depends on the key, the level and i alone,
   * so that a run that is topped up or taken up again keeps all it has. A row that holds a non-finite
   * number has failed and is left out as a pair.
   *
   * @param key Of this level: estimators hand each level its own.
   * @param level 0 is the cheapest.
   * @param n How many.
   * @param first The index of the first one.
   */
  sample(key: Key, level: number, n: number, first: number): LevelSamples | Promise<LevelSamples>;
  /** The fine values of all levels on the same random numbers, `[n * outputs]` each, where that is possible. */
  together?(key: Key, n: number): readonly Float64Array[];
}
