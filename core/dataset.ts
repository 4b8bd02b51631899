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
  /** `[n, d]`: the exact ∇θ log p(x | theta), where the simulator gives it. */
  readonly score?: Points;
  /** How many simulations were tried and left out as failed; `theta.n + failed` were tried. */
  readonly failed: number;
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
