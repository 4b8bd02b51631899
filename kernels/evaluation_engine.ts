/**
 * The fused engine without what trains: for those who only ask.
 *
 * @module
 */

import { type Engine, UnsupportedError, withEnsembles, withMixed } from "@likely/core";
import { fusedDensity } from "./_conditional_density.ts";
import { fusedLogDensities, fusedLogDensity } from "./_log_density.ts";
import { requireModule } from "./_machine.ts";
import { soloHost } from "./_solo_runner.ts";

/** Options of {@linkcode evaluationEngine}. */
export interface EvaluationOptions {
  /**
   * Called before every run of a program, of some hundred rows: where it throws, so does what was asked of the
   * engine, which can be asked again.
   *
   * @default {() => {}}
   */
  readonly before?: () => void;
}

/**
 * Makes an engine that evaluates and draws, and nothing else: no training, no other threads and no
 * WebAssembly of its own, so that a bundle with it is half of one with `fusedEngine`. Its results are those
 * of `fusedEngine({ module })`, and with the plain build, which `fusedModule()` gives, the same bits on every
 * host.
 *
 * @param module The kernels, compiled; may come from another realm.
 * @param options What else is to be done.
 * @returns The engine, named `"fused-module"`. `trainStep` throws an `UnsupportedError`.
 * @throws {TypeError} If `module` is not the kernels, compiled.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { evaluationEngine, fusedModule } from "@likely/kernels";
 *
 * const module = await WebAssembly.compile(await fusedModule());
 * assertEquals(evaluationEngine(module).name, "fused-module");
 * ```
 */
export function evaluationEngine(module: WebAssembly.Module, options: EvaluationOptions = {}): Engine {
  requireModule(module);
  const host = soloHost("fused-module", module, options.before);
  return {
    name: host.name,
    trainStep: () => Promise.reject(new UnsupportedError("Cannot train by an engine that evaluates alone")),
    ...withEnsembles(withMixed({
      logDensity: (artifact, x) => fusedLogDensity(host, artifact, x),
      logDensities: (artifact, x) => fusedLogDensities(host, artifact, x),
      density: (artifact) => fusedDensity(host, artifact),
    })),
  };
}
