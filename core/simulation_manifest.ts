/**
 * What a folder of simulations says about them, and what it holds.
 *
 * @module
 */

import type { Dataset } from "./dataset.ts";
import type { PriorSpec } from "./prior.ts";

/** What was simulated: the `likely` attribute of the group. */
export interface SimulationManifest {
  /** Version of the layout: of 1 there are no checksums. */
  readonly format: 1 | 2;
  /** The simulator's name. */
  readonly simulator: string;
  /**
   * The key of the run, as `keyText` writes it; of what was simulated elsewhere `imported:` and the SHA-256
   * of its numbers.
   */
  readonly key: string;
  /** One name per column of θ. */
  readonly names: readonly string[];
  /** The prior of θ. */
  readonly prior: PriorSpec;
  /** How θ were proposed; absent where they are draws of the prior. */
  readonly proposal?: string;
  /** Which level of a simulator the rows are; absent where they are the simulator's. */
  readonly level?: StoredLevel;
  /** Rows of the run, failed ones included. */
  readonly n: number;
  /** Numbers in a row of x. */
  readonly xDim: number;
  /** One name per number of x, where they have names. */
  readonly xNames?: readonly string[];
  /** Whether the exact score is stored. */
  readonly score: boolean;
  /** Rows in a chunk. */
  readonly chunkRows: number;
}

/** A level of a simulator, its rows `(fine, coarse)` above the lowest. */
export interface StoredLevel {
  /** The simulator's name. */
  readonly of: string;
  /** From 0, the lowest. */
  readonly number: number;
  /** Cost of a row. */
  readonly cost: number;
}

/** Simulations read back. */
export interface StoredSimulations {
  /** The rows of all chunks that are there, failed rows left out. */
  readonly dataset: Dataset;
  /** What was simulated. */
  readonly manifest: SimulationManifest;
  /** Rows not simulated yet; 0 for a finished run. */
  readonly missing: number;
}
