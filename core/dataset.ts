/**
 * Simulated pairs: what every surrogate is trained on.
 *
 * @module
 */

import type { Points } from "./points.ts";

/** Pairs (theta, x), row by row; failed simulations are already left out. */
export interface Dataset {
  /** `[n, d]`. */
  readonly theta: Points;
  /** `[n, p]`. */
  readonly x: Points;
  /**
   * `[n, d]`: ∇θ log p(x | theta) of each row at its own theta, where the simulator gives it; exact,
   * or unbiased for it (`Simulator.simulateScored`).
   */
  readonly score?: Points;
  /**
   * Rows of one simulation, which have one θ and stand together: independent trials. Absent: 1. What is
   * set aside in training is set aside with all its trials.
   */
  readonly trials?: number;
  /** How many simulations were tried and left out as failed. */
  readonly failed: number;
  /** `[failed, d]`: the parameters that failed, for those who learn from that. */
  readonly failedTheta?: Points;
  /** The first few that failed, and why. */
  readonly failures?: readonly SimulationFailure[];
}

/** One simulation that failed. */
export interface SimulationFailure {
  /** Its index in the whole run. */
  readonly row: number;
  /** The message of the error, or which number was not finite. */
  readonly reason: string;
}
