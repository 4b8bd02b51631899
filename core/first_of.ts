/**
 * Engines in order of preference, as one.
 *
 * @module
 */

import type { Engine } from "./engine.ts";
import { UnsupportedError } from "./errors.ts";

/**
 * Joins engines into one: every request goes to the first engine that does not refuse it with
 * `UnsupportedError`. The name of the winner travels with what it made.
 *
 * @param engines In order of preference, at least one.
 * @returns An engine.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { firstOf } from "@likely/core";
 * import { fusedEngine } from "@likely/kernels";
 *
 * assertEquals(firstOf([fusedEngine()]).name, fusedEngine().name);
 * ```
 */
export function firstOf(engines: readonly Engine[]): Engine {
  return {
    name: engines.map(({ name }) => name).join(" or "),
    trainStep: (plan) => attempt(engines, (engine) => engine.trainStep(plan)),
    logDensity: (artifact, x) => attempt(engines, (engine) => engine.logDensity(artifact, x)),
    logDensities: (artifact, x) => attempt(engines, (engine) => engine.logDensities(artifact, x)),
    density: (artifact) => attempt(engines, (engine) => engine.density(artifact)),
  };
}

async function attempt<T>(engines: readonly Engine[], request: (engine: Engine) => Promise<T>): Promise<T> {
  const refusals: string[] = [];
  for (const engine of engines) {
    try {
      return await request(engine);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      refusals.push(`${engine.name}: ${error.message}`);
    }
  }
  throw new UnsupportedError(`Cannot run this as no engine supports it: ${refusals.join("; ")}`);
}
