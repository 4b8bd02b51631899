/**
 * Who simulates rows of a run: one job at a time, on a thread, in a worker, or elsewhere.
 *
 * @module
 */

import type { SimulationFailure } from "./dataset.ts";
import type { Points } from "./points.ts";

/** Some rows of a run. */
export interface RowsJob {
  /** `[rows, d]`. */
  readonly theta: Points;
  /** Index of the first in the whole run. */
  readonly first: number;
}

/** Rows simulated; a row that failed holds a number that is not finite. */
export interface SimulatedRows {
  /** `[rows, p]`. */
  readonly x: Float64Array<ArrayBuffer>;
  /** `[rows, d]`; empty unless wanted. */
  readonly score: Float64Array<ArrayBuffer>;
  /** The first few rows that threw, in order. */
  readonly thrown: readonly SimulationFailure[];
}

/** Runs jobs, one at a time. */
export interface SimulationRunner {
  /** Simulates the rows of a job. */
  run(job: RowsJob): Promise<SimulatedRows>;
  /** Lets go of the worker; a job under way is rejected with the reason, and so is every later one. */
  stop(reason: unknown): void;
}
