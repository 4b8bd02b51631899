/**
 * What is simulated: a prior and a simulator.
 *
 * @module
 */

import type { AnySimulator } from "./any_simulator.ts";
import type { Prior } from "./prior.ts";

/**
 * A prior and a simulator, such as a task: simulated by the calling thread.
 *
 * @typeParam S Its simulator.
 */
export interface SimulationSource<S extends AnySimulator = AnySimulator> {
  /** Over the simulator's parameters. */
  readonly prior: Prior;
  /** From parameters to data. */
  readonly simulator: S;
}
