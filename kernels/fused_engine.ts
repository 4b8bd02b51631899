/**
 * The fused engine: a spec and a loss become one WASM-SIMD program in one linear memory.
 *
 * @module
 */

import { type Engine, type TrainPlan, withEnsembles, withMixed } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { fusedDensity } from "./_conditional_density.ts";
import { fusedLogDensities, fusedLogDensity } from "./_log_density.ts";
import { bestBuild } from "./_builds.ts";
import { crewHost } from "./_crew_runner.ts";
import { requireModule } from "./_machine.ts";
import { fusedTrainStep } from "./_train_step.ts";
import type { FusedTrainStep } from "./fused_train_step.ts";

/** What {@linkcode fusedEngine} can be told. */
export interface FusedEngineOptions {
  /**
   * Which build of the kernels: with the fused multiply-add of relaxed SIMD, with plain SIMD,
   * or whatever is fastest here. Results of the two differ by rounding; those of the plain build are
   * the same bits on every host, which those of relaxed SIMD need not be.
   *
   * @default {"auto"}
   */
  readonly simd?: "auto" | "relaxed" | "plain";
  /**
   * Threads that share a training step or a batch of log densities, the calling one included;
   * or `"auto"`: as many as there are cores, for work that they make faster. Results are the
   * same, bit for bit, for any number.
   *
   * @default {"auto"}
   */
  readonly workers?: number | "auto";
  /**
   * The kernels, compiled already: for hosts that forbid compiling from bytes, as edge workers
   * do. See `fusedModule`. It may come from another realm. It runs on one thread, and `simd` means
   * nothing then.
   *
   * @default {the module in this package}
   */
  readonly module?: WebAssembly.Module;
}

/** An {@linkcode Engine} whose training steps answer at once. */
export interface FusedEngine extends Engine {
  /** Prepares training from the given state. */
  trainStep(plan: TrainPlan): Promise<FusedTrainStep>;
}

/**
 * Makes the fused engine.
 *
 * A training step is one call: forward, loss, gradient, clipping and Adam. A log density with
 * θ-gradients is one call for up to 1,024 pairs of a point and an x row. Everything is float32,
 * except losses and sums of squares, which are float64 inside. It runs networks with dense,
 * set, convolutional or no embedding, MLP and residual trunks, all heads, the losses `"bce"`,
 * `"bce_balanced"`, `"nre_c"` and `"squared_error"`, and on a linear head the first three aided by
 * a score term, as `scoreAugmented` builds them, with one fixed or adaptive weight; and density
 * estimators of every kind, with the loss `"nll"`. Anything else it refuses with
 * `UnsupportedError`.
 *
 * Draws of a density follow from the key alone: `baseDraws` on the host becomes draws in calls of
 * up to 512 rows.
 *
 * A value that is no number becomes −∞, and +∞ where the artifact is a cost: either way the
 * point is never accepted. Its gradient is 0.
 *
 * Large batches are shared among threads. Each computes some rows or columns of every
 * instruction as one thread would, so the number of threads changes no bit of a result.
 * Helpers are workers on a shared memory: they sleep between calls, leave after 0.3 s without
 * one or when what they help is disposed of, and hold up nobody's exit for longer. Where there
 * are none to be had (no `SharedArrayBuffer`, as in a page that is not cross-origin isolated;
 * no `Worker`; a security policy that forbids workers from `blob:`) one thread does it all.
 *
 * @param options Which build, and how many threads.
 * @returns The engine, named `"fused-relaxed"`, `"fused-plain"` or `"fused-module"`. What it
 * makes is named so too, and once n threads were called for, `"fused-relaxed×n"`.
 * Where compiling from bytes is forbidden (in a handler of workerd, on a page whose policy lacks
 * `'wasm-unsafe-eval'`), what it makes without `module` throws an `UnsupportedError` that says so.
 *
 * @throws {RangeError} If `workers` is no whole number in [1, 64].
 * @throws {TypeError} If `module` is not the kernels, compiled.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type Artifact, fromRows, initWeights, key, type NetworkSpec } from "@likely/core";
 * import { fusedEngine } from "@likely/kernels";
 *
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 2,
 *   trunk: { kind: "resnet", blocks: 2, width: 10, activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * const artifact = {
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   scaling: { theta: { mean: [0], std: [1] }, x: { mean: [0, 0], std: [1, 1] } },
 * } as unknown as Artifact;
 *
 * using density = await fusedEngine().logDensity(artifact, fromRows([[0.5, -1]]));
 * const { value, grad } = density.evaluate(fromRows([[0.1], [0.1001]]));
 * assertAlmostEquals((value[1]! - value[0]!) / 1e-4, grad![0]!, 1e-2);
 * ```
 */
export function fusedEngine(options: FusedEngineOptions = {}): FusedEngine {
  const { simd = "auto", workers = "auto", module } = options;
  if (workers !== "auto") requireInteger("make the fused engine", "workers", workers, 1, 64);
  if (module !== undefined) requireModule(module);
  const build = simd === "auto" ? bestBuild() : simd;
  const name = module ? "fused-module" : `fused-${build}`;
  const host = crewHost({ name, source: module ?? build, workers });
  return {
    name: host.name,
    trainStep: (plan: TrainPlan) => fusedTrainStep(host, plan),
    ...withEnsembles(withMixed({
      logDensity: (artifact, x) => fusedLogDensity(host, artifact, x),
      logDensities: (artifact, x) => fusedLogDensities(host, artifact, x),
      density: (artifact) => fusedDensity(host, artifact),
    })),
  };
}
