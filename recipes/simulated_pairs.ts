/**
 * What recipes train on, and how much of it they simulate.
 *
 * @module
 */

import type { Dataset, Prior, PriorSpec, Provenance, SimulateOptions, Simulator } from "@likely/core";

/** What was simulated. */
export interface SimulatedPairs {
  /** The simulator's name, for provenance. */
  readonly simulator: string;
  /** One name per number of a row of x, where they have names. */
  readonly xNames?: readonly string[] | undefined;
  /** The prior that θ was drawn from, or its spec. */
  readonly prior: Prior | PriorSpec;
  /** The pairs. */
  readonly dataset: Dataset;
  /** How many rounds they are of, for which observation, `[m][p]`; absent: θ are draws of the prior. */
  readonly rounds?: NonNullable<Provenance["rounds"]>;
  /** The simulator's exact score at any θ, where it has one: what `refresh` needs. */
  readonly score?: NonNullable<Simulator["score"]>;
}

/** How much a recipe simulates before it trains. */
export interface SimulationPlan {
  /**
   * Rows to simulate, failed ones included.
   *
   * @default {10_000}
   */
  readonly simulations?: number;
  /**
   * How to simulate: workers, storage, progress, and whether to use exact scores. Nothing is trained on a
   * shard: simulate those first, and train on what they make together.
   */
  readonly simulation?: Omit<SimulateOptions, "shard">;
}
