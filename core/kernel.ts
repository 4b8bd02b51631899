/**
 * The Markov kernel contract, all chains at once.
 *
 * @module
 */

import type { Key } from "./key.ts";
import type { Points } from "./points.ts";

/** A Markov kernel: pure functions over states of all chains. */
export interface Kernel<S extends KernelState> {
  /** The sampler's name. */
  readonly name: string;
  /** Evaluates the starting positions, `[chains, dim]`. */
  init(key: Key, position: Points): S;
  /** One transition of every chain. */
  step(key: Key, state: S): [S, KernelInfo];
  /**
   * A run of transitions: the states that `step(foldIn(key, 0), …)`, `step(foldIn(key, 1), …)` and
   * so on give one after another, in fewer calls of `evaluate`, as a chain that is done with
   * a transition need not wait for the others. Absent where chains keep in step anyway.
   */
  walk?(key: Key, state: S, steps: number): Generator<[S, KernelInfo], void, void>;
}

/** What every kernel needs for its next step; kernels add their own tuning. */
export interface KernelState {
  /** `[chains, dim]`. */
  readonly position: Points;
  /** `[chains]`, in nats. */
  readonly logDensity: Float64Array;
}

/** What people and adapters read about one step. */
export interface KernelInfo {
  /** Mean acceptance probability over chains, in [0, 1]; 1 for kernels that never reject. */
  readonly acceptance: number;
  /** Calls of `LogDensity.evaluate` made. */
  readonly evaluations: number;
  /** Chains whose energy error was too large to trust. */
  readonly divergences: number;
}
