/**
 * One optimisation step, whoever computes it.
 *
 * @module
 */

import type { Batch } from "./batch.ts";
import type { Weights } from "./weights.ts";

/** Owns weights and optimizer state on some engine. */
export interface TrainStep extends Disposable {
  /** Which engine and backend, for provenance: `"tfjs-wasm"`, … */
  readonly name: string;
  /**
   * Takes one optimizer step on the loss and the terms that aid it, and returns the loss alone
   * before the step; NaN is returned, not thrown.
   */
  step(batch: Batch, learningRate: number): number | Promise<number>;
  /** The loss by which training is judged, of a batch; nothing changed. See `Aid.judged`. */
  evaluate(batch: Batch): number | Promise<number>;
  /** Copies everything needed to go on bit for bit. */
  state(): TrainState | Promise<TrainState>;
}

/** Weights and optimizer state on the host. */
export interface TrainState {
  /** The network's weights. */
  readonly weights: Weights;
  /** Adam's first moments, named as the weights; absent before the first step. */
  readonly firstMoment?: Weights;
  /** Adam's second moments, named as the weights; absent before the first step. */
  readonly secondMoment?: Weights;
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Weights of the loss and of the terms that aid it, where they adapt; absent before the first step. */
  readonly termWeights?: readonly number[];
}
