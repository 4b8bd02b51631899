/**
 * Is an observation like the simulations?
 *
 * @module
 */

/** How far an observation is from the simulations. */
export interface MisspecificationResult {
  /** Mean distance to its nearest simulations, in whitened units. */
  readonly distance: number;
  /** Mahalanobis distance to the mean of the simulations; about √p for one of them. */
  readonly mahalanobis: number;
  /** Share of held-out simulations at least as far from the rest, this one counted. */
  readonly pValue: number;
}

/** Judges observations. */
export interface MisspecificationCheck {
  /** Measures one observation, `[p]`; one that is not finite is infinitely far. */
  check(x: ArrayLike<number>): MisspecificationResult;
  /** A sentence for people where the p-value is at or below `level` (0.01), else undefined. */
  warning(x: ArrayLike<number>, level?: number): string | undefined;
}
