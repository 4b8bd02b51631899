/**
 * What multilevel Monte Carlo may be told.
 *
 * @module
 */

import type { LevelRates } from "./level_rates.ts";
import type { MlmcProgress, MlmcState } from "./mlmc_result.ts";

/** Options of `mlmc`: a tolerance or a budget, and what else is known. */
export interface MlmcOptions {
  /** Root mean squared error to reach, in the unit of the quantity; with several outputs, weighted. */
  readonly tolerance?: number;
  /** What to spend in all, pilot and resumed samples included, in the unit of the sampler's costs. */
  readonly budget?: number;
  /**
   * Samples of each level that variances are first estimated from, ≥ 2.
   *
   * @default 100
   */
  readonly pilot?: number;
  /**
   * Rates where they are known; the others are estimated, and taken for ½ at least.
   *
   * @default {} All are estimated.
   */
  readonly rates?: Partial<LevelRates>;
  /**
   * The finest level to begin with.
   *
   * @default {2}
   */
  readonly lowest?: number;
  /**
   * The finest level that may be added.
   *
   * @default {10}
   */
  readonly highest?: number;
  /**
   * Whether the sampler's last level is the truth: all its levels are used, none is added, nothing is left to
   * bias.
   *
   * @default {false}
   */
  readonly exact?: boolean;
  /**
   * Share of the mean squared error left to the bias of the finest level, in (0, 1); 0 where `exact`.
   *
   * @default {0.25}
   */
  readonly biasShare?: number;
  /**
   * What the variance of each output counts, `[outputs]`: 1 / scale² for outputs of different units.
   *
   * @default {undefined} All count 1.
   */
  readonly weights?: readonly number[];
  /**
   * The `state` of an earlier run with the same key and sampler: all its samples are used.
   *
   * @default {undefined}
   */
  readonly resume?: MlmcState;
  /**
   * Samples asked for at a time. It changes nothing but the rounding of sums.
   *
   * @default 1024
   */
  readonly chunkRows?: number;
  /**
   * Stops the run after a chunk; the result then holds what there is.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
  /**
   * Told after each chunk.
   *
   * @default {undefined}
   */
  readonly onProgress?: (progress: MlmcProgress) => void;
}
