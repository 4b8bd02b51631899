/**
 * A ready-made inference problem.
 *
 * @module
 */

import type { Prior } from "./prior.ts";
import type { AnySimulator } from "./any_simulator.ts";
import type { Simulator } from "./simulator.ts";

/**
 * A prior, a simulator and, where there are any, data to explain.
 *
 * @typeParam S Its simulator: `Task<AsyncSimulator>` where rows are waited for.
 */
export interface Task<S extends AnySimulator = Simulator> {
  /** As the simulator's. */
  readonly name: string;
  /** Over the simulator's parameters. */
  readonly prior: Prior;
  /** From parameters to data. */
  readonly simulator: S;
  /** `[xDim]`: data observed in the world, where the task has some. */
  readonly observation?: Float64Array;
}
