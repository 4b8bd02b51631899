/**
 * Where engines are chosen: the first that supports a spec and a loss runs them.
 *
 * @module
 */

import { type Engine, UnsupportedError } from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { tensorEngine } from "@likely/surrogates";

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
 * import { defaultEngine, firstOf } from "@likely/sbi";
 *
 * assertEquals(firstOf([defaultEngine()]).name, defaultEngine().name);
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

/**
 * The engine used where none is named: the fused WebAssembly engine for what it has programs
 * for, the tensor engine for everything else.
 *
 * Tensors run on the backend in use; where none was chosen yet, on WASM or the CPU, since
 * posteriors are evaluated synchronously, which WebGPU cannot do. Call `useBackend("webgpu")`
 * and pass `tensorEngine()` to train large networks on a GPU.
 *
 * @returns An engine.
 */
export function defaultEngine(): Engine {
  return firstOf([fusedEngine(), tensorEngine()]);
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
