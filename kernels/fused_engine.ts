/**
 * The fused engine: a spec and a loss become one WASM-SIMD program in one linear memory.
 *
 * @module
 */

import type { Artifact, Engine, LogDensity, Points, TrainPlan, TrainState, TrainStep } from "@likely/core";
import { fusedLogDensity } from "./_log_density.ts";
import { bestBuild, type Build } from "./_machine.ts";
import { fusedTrainStep } from "./_train_step.ts";

/** What {@linkcode fusedEngine} can be told. */
export interface FusedEngineOptions {
  /**
   * Which build of the kernels: with the fused multiply-add of relaxed SIMD, with plain SIMD,
   * or whatever is fastest here. Results of the two differ by rounding.
   *
   * @default {"auto"}
   */
  readonly simd?: "auto" | "relaxed" | "plain";
}

/** A training step that also tells what it costs in memory. */
export interface FusedTrainStep extends TrainStep {
  /** Bytes planned for the largest batch so far; before the first, for weights alone. */
  readonly bytes: number;
  /** Euclidean norm of the last step's gradient, before clipping. */
  readonly gradientNorm: number;
  /** Takes one optimizer step, at once. */
  step(batch: Parameters<TrainStep["step"]>[0], learningRate: number): number;
  /** Copies everything needed to go on bit for bit, at once. */
  state(): TrainState;
  /** The loss of a batch, at once. */
  evaluate(batch: Parameters<TrainStep["evaluate"]>[0]): number;
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
 * set, convolutional or no embedding, MLP and residual trunks, and the losses `"bce"`,
 * `"bce_balanced"`, `"nre_c"`, `"squared_error"`, and `"bce_score"`: bce plus
 * `weight / (n d) Σᵢⱼ ((∂h/∂θⱼ − sⱼ) / τⱼ)²` over the own θ of n rows of x, in units of
 * standardised θ. Its options are `weight` (1), `tau0`, `tau1`, … (each 1) and `fraction` (1),
 * the share of the rows of a batch, its first ones, that have the term. Anything else it
 * refuses with `UnsupportedError`.
 *
 * @param options Which build.
 * @returns The engine, named `"fused-relaxed"` or `"fused-plain"`.
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
  const { simd = "auto" } = options;
  const build: Build = simd === "auto" ? bestBuild() : simd;
  return {
    name: `fused-${build}`,
    trainStep: (plan: TrainPlan) => fusedTrainStep(build, plan),
    logDensity: (artifact: Artifact, x: Points): Promise<LogDensity & Disposable> =>
      fusedLogDensity(build, artifact, x),
  };
}
