/**
 * What numbers of samples follow from, and what they are worth.
 *
 * @module
 */

/** What is known of the levels. */
export interface LevelNumbers {
  /** Variance of the correction of each level, ≥ 0. */
  readonly variances: readonly number[];
  /** Cost of one sample of each level, > 0, both halves of a pair. */
  readonly costs: readonly number[];
  /** The finest level without the others: variance and cost of one run, for the gain. */
  readonly single?: { readonly variance: number; readonly cost: number };
}

/** What to reach: all that a budget buys, or a root mean squared error for as little as possible. */
export type AllocationTarget =
  | {
    /** In the unit of the costs, > 0; samples that are done count. */
    readonly budget: number;
  }
  | {
    /** Root mean squared error, > 0. */
    readonly tolerance: number;
    /**
     * Share of the mean squared error left to the bias of the finest level, in [0, 1): 0 where that level
     * is the truth.
     *
     * @default {0.25}
     */
    readonly biasShare?: number;
  };

/** Samples of each level, and what they are worth. */
export interface Allocation {
  /** Samples of each level, those that are done included. */
  readonly counts: number[];
  /** Variance of the estimate, `Σ V_l / N_l`. */
  readonly variance: number;
  /** Cost of all samples. */
  readonly cost: number;
  /**
   * How many times as much plain Monte Carlo with the finest level costs at equal variance, before numbers
   * are rounded; at 1 and below, do without levels. NaN where `single` is not known.
   */
  readonly gain: number;
}
