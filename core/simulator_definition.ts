/**
 * What a simulator is made of.
 *
 * @module
 */

import type { Stream } from "./stream.ts";

/** What `simulator` needs to know. */
export interface SimulatorDefinition {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`. */
  readonly xDim: number;
  /** One name per number of a row of `x`, where they have names. */
  readonly xNames?: readonly string[] | undefined;
  /**
   * Simulates one row: reads `theta`, draws from `random`, returns `xDim` numbers. A signal is given to
   * functions that are waited for, and to no others.
   */
  readonly simulate: (random: Stream, theta: Float64Array, signal?: AbortSignal) => ArrayLike<number>;
  /** The exact log-likelihood of one row, in nats, where it is known. */
  readonly logLikelihood?: (theta: Float64Array, x: Float64Array) => number;
  /** The exact θ-score of one row, where it is known. */
  readonly score?: (theta: Float64Array, x: Float64Array) => ArrayLike<number>;
  /**
   * Simulates one row and returns its score too, exact or joint; draws from `random` what
   * `simulate` draws.
   */
  readonly simulateScored?: (random: Stream, theta: Float64Array) => ScoredRow;
}

/** One simulated row with its score. */
export interface ScoredRow {
  /** `xDim` numbers. */
  readonly x: ArrayLike<number>;
  /** `thetaDim` numbers. */
  readonly score: ArrayLike<number>;
}
