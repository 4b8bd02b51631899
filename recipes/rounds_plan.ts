/**
 * Simulations for one observation, in rounds.
 *
 * @module
 */

import type { Observation } from "@likely/core";

/** One observation that is approached in rounds; without, all simulations are from the prior. */
export interface RoundsPlan {
  /**
   * `[p]`, what later rounds are about; for `nle` and `nre` also `[m, p]`, independent observations of
   * one θ.
   *
   * @default {undefined} Needed for more than one round.
   */
  readonly observation?: Observation;
  /**
   * Rounds, ≥ 1, among which simulations are shared equally. What each round learns proposes the
   * parameters of the next; the last one is trained on all. With `simulation.path` each has a folder of
   * its own there, `round1`, `round2`, …: a run that was killed trains again, and simulates only what
   * is missing.
   *
   * @default {1}
   */
  readonly rounds?: number;
}
