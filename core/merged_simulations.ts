/**
 * What joining folders of simulations has led to.
 *
 * @module
 */

import type { SimulationManifest } from "./simulation_manifest.ts";

/** A run that was joined, as far as it is there. */
export interface MergedSimulations {
  /** What was simulated. */
  readonly manifest: SimulationManifest;
  /** Rows that are there, failed ones included. */
  readonly rows: number;
  /** Rows that no folder had, in rising order; empty for a finished run. */
  readonly missing: readonly MissingRows[];
}

/** Consecutive rows that are not there. */
export interface MissingRows {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly rows: number;
}

/** How far joining has come. */
export interface MergeProgress {
  /** Chunks copied, or found to be there. */
  readonly done: number;
  /** Chunks that any of the folders has. */
  readonly total: number;
}
