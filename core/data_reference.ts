/**
 * What simulated data looked like: kept in an artifact, to tell observations that the simulator
 * does not make.
 *
 * @module
 */

import type { ThetaRegression } from "./theta_regression.ts";

/** Simulated data in short, as the training saw them and as the network embeds them. */
export interface DataReference {
  /** Rows of x, in the coordinates of the artifact's `scaling.x`; absent where they are very wide. */
  readonly x?: ReferenceCloud;
  /** Rows of x as embedded; absent where the network has no embedding. */
  readonly embedded?: ReferenceCloud;
  /** Rising: how far the members of an ensemble of costs disagree about rows of x, see `costSpread`. */
  readonly spreads?: readonly number[];
  /** θ as it follows from x on average, of a ratio or a likelihood: where to propose it. */
  readonly regression?: ThetaRegression;
}

/** Some rows, rounded to one byte a number, and how far others lie from them. */
export interface ReferenceCloud {
  /** `[p]`: column j of a row with code b is `low_j + step_j · b`. */
  readonly low: readonly number[];
  /** `[p]`, each ≥ 0; 0 for a column that never varies. */
  readonly step: readonly number[];
  /** `[n, p]` codes, row-major, in base64. */
  readonly codes: string;
  /** Distances of further rows to these, ascending: what an observation's is ranked among. */
  readonly distances: readonly number[];
}
