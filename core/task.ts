/**
 * A ready-made inference problem.
 *
 * @module
 */

import type { Prior } from "./prior.ts";
import type { Simulator } from "./simulator.ts";

/** A prior, a simulator and, where there are any, data to explain. */
export interface Task {
  /** As the simulator's. */
  readonly name: string;
  /** Over the simulator's parameters. */
  readonly prior: Prior;
  /** From parameters to data. */
  readonly simulator: Simulator;
  /** `[xDim]`: data observed in the world, where the task has some. */
  readonly observation?: Float64Array;
}
