/**
 * What multilevel Monte Carlo tells.
 *
 * @module
 */

import type { Key, LevelMoments } from "@likely/core";
import type { LevelRates } from "./level_rates.ts";
import type { LevelSums } from "./level_sums.ts";

/** All that a run knows, as plain data: handed back as `resume`, it goes on without simulating anything twice. */
export interface MlmcState {
  /** The key that the run began with. */
  readonly key: Key;
  /** Of levels 0, 1, … */
  readonly sums: readonly LevelSums[];
}

/** How far a run has come. */
export interface MlmcProgress {
  /** The level at work. */
  readonly level: number;
  /** Samples of each level so far, failed ones included. */
  readonly done: readonly number[];
  /** Samples of each level that are wanted by now; that changes as variances become known. */
  readonly wanted: readonly number[];
  /** What all cost so far. */
  readonly cost: number;
  /** What the run knows now; it changes while the run goes on. To be kept in case that the sampler throws. */
  readonly state: MlmcState;
}

/** An estimate, and what it is worth. */
export interface MlmcResult {
  /** The mean of the quantity, `[outputs]`. */
  readonly estimate: readonly number[];
  /** Its standard error, weighted over outputs: `√ Σ V_l / N_l`. */
  readonly error: number;
  /** The standard error of each output. */
  readonly errors: readonly number[];
  /** What the levels that are not there would add, estimated; 0 where the finest level is the truth. */
  readonly bias: number;
  /** Whether the tolerance is met, or the budget spent, as far as the run can tell. */
  readonly reached: boolean;
  /** Moments of each level. */
  readonly levels: readonly LevelMoments[];
  /** Rates as used, which are no less than ½ each; NaN where the finest level is the truth. */
  readonly rates: LevelRates;
  /** Samples of all levels, failed ones included. */
  readonly samples: number;
  /** What they cost, in the sampler's unit, or in seconds. */
  readonly cost: number;
  /** How many times as much plain Monte Carlo with the finest level costs at equal variance. */
  readonly gain: number;
  /** What may be wrong, in sentences; empty if nothing was found. */
  readonly warnings: readonly string[];
  /** For `resume`. */
  readonly state: MlmcState;
}
