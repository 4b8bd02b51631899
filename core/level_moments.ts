/**
 * What was measured of the levels of a multilevel estimator: plain data, so that whoever estimates and
 * whoever draws need not know each other.
 *
 * @module
 */

/**
 * Moments of one level. P is the quantity of interest, Y = P_l − P_{l−1} its correction by level l, with
 * Y = P₀ at level 0; both are vectors of as many outputs. Sums over outputs are weighted as the estimator
 * weighs them.
 */
export interface LevelMoments {
  /** 0 is the cheapest. */
  readonly level: number;
  /** Samples that count. */
  readonly runs: number;
  /** Samples left out, as a number of theirs was not finite. */
  readonly failed: number;
  /** Mean of Y, `[outputs]`. */
  readonly mean: readonly number[];
  /** Variance of Y of each output, `[outputs]`. */
  readonly variances: readonly number[];
  /** Variance of Y, summed over outputs. */
  readonly variance: number;
  /** As `variance`, of values cut at their 1 % and 99 % quantiles: far below it, few samples make it up. */
  readonly winsorised: number;
  /** Kurtosis of Y, the largest over outputs: 3 if normal, NaN if constant. */
  readonly kurtosis: number;
  /** Mean of P, `[outputs]`. */
  readonly fineMean: readonly number[];
  /** Variance of P, summed over outputs. */
  readonly fineVariance: number;
  /**
   * How far the coarse half of a pair is from the law of the level below, in units of what chance explains
   * at three standard errors; the largest over outputs, NaN at level 0. Above 1 something is wrong.
   */
  readonly check: number;
  /** Cost of one sample that counts, both halves and failures included. */
  readonly cost: number;
}

/** What an accuracy costs with levels and without. */
export interface LevelComplexity {
  /** Root mean squared error asked for. */
  readonly tolerance: number;
  /** The estimate, `[outputs]`. */
  readonly estimate: readonly number[];
  /** Samples of each level. */
  readonly counts: readonly number[];
  /** Cost of all samples. */
  readonly cost: number;
  /** Cost of plain Monte Carlo with the finest level at equal accuracy. */
  readonly singleCost: number;
  /** `singleCost / cost`. */
  readonly saving: number;
}
