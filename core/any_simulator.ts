/**
 * Simulators of either kind.
 *
 * @module
 */

import type { AsyncSimulator } from "./async_simulator.ts";
import type { Simulator } from "./simulator.ts";

/** A simulator of either kind. */
export type AnySimulator = Simulator | AsyncSimulator;

/**
 * Whether a simulator's rows are waited for.
 *
 * @param simulator A simulator of either kind.
 * @returns Whether it is asynchronous.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { isAsync, simulator } from "@likely/core";
 *
 * assert(isAsync(simulator({ name: "late", thetaDim: 1, xDim: 1, simulate: async (_, [a]) => [await a!] })));
 * ```
 */
export function isAsync(simulator: AnySimulator): simulator is AsyncSimulator {
  return "simulateAsync" in simulator;
}
