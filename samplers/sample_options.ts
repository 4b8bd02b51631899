/**
 * What sampling starts from, can be told, and tells on the way.
 *
 * @module
 */

import type { Draws, Kernel, KernelState, Key, LogDensity, Points, Support } from "@likely/core";

/** What is known about θ before sampling; every `Prior` is one. */
export interface Start {
  /** One name per column. */
  readonly names: readonly string[];
  /** One open interval per column; sampling happens in the unconstrained space behind it. */
  readonly support: Support;
  /** Draws `n` rows that the chains' starting positions are chosen from. */
  sample(key: Key, n: number): Points;
  /** Log density of these draws in nats, where it is known: `[n]`. */
  logDensity?(theta: Points): Float64Array;
}

/**
 * Builds a kernel for a target; how users bring samplers of their own. The target has no bounds, and
 * its units are how far the starting draws spread: first steps of about 1 suit any parameters.
 */
export type KernelBuilder = (target: LogDensity, options: { readonly warmup: number }) => Kernel<KernelState>;

/** Options of {@linkcode sample}. */
export interface SampleOptions {
  /**
   * Which sampler. `"auto"` takes `"nuts"` where the target gives a gradient and `"slice"`
   * where it does not.
   *
   * @default {"auto"}
   */
  readonly sampler?: "auto" | "nuts" | "hmc" | "mala" | "slice" | "random_walk" | KernelBuilder;
  /**
   * Chains, all advanced by the same calls of `evaluate`.
   *
   * @default {4}
   */
  readonly chains?: number;
  /**
   * Steps of adaptation, thrown away.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Draws kept of each chain.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Steps for each draw kept.
   *
   * @default {1}
   */
  readonly thin?: number;
  /**
   * Draws of `start` that the starting positions are chosen from.
   *
   * @default {1000}
   */
  readonly pool?: number;
  /** `[chains, d]`, in θ: where to start instead. */
  readonly position?: Points;
  /** Told now and then how far the run is. */
  readonly onProgress?: (progress: SampleProgress) => void;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Judges the draws; what it says joins their warnings, as `convergenceWarnings` does. */
  readonly check?: (draws: Draws) => readonly string[];
}

/** How far a run is. */
export interface SampleProgress {
  /** What the run is doing. */
  readonly phase: "warmup" | "sampling";
  /** Steps taken, warm-up included. */
  readonly step: number;
  /** Steps in all. */
  readonly total: number;
  /** Mean speed so far. */
  readonly stepsPerSecond: number;
  /** At that speed. */
  readonly secondsLeft: number;
}
