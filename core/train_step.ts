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
   * Calls that may be under way at once, where a device that may be lost computes them: they are done in
   * order, and their results are read together. Absent: each is waited for.
   */
  readonly ahead?: number;
  /**
   * Takes one optimizer step on the loss and the terms that aid it, and returns the loss alone
   * before the step; NaN is returned, not thrown.
   */
  step(batch: Batch, learningRate: number): number | Promise<number>;
  /**
   * Takes one optimizer step on what `combine` makes of the gradients of several batches, each that of its
   * own mean loss at the same weights; returns these losses before the step. Terms that aid a loss are not
   * part of it. Absent: the engine cannot.
   */
  stepOn?(
    batches: readonly Batch[],
    combine: CombineGradients,
    learningRate: number,
  ): readonly number[] | Promise<readonly number[]>;
  /**
   * The loss by which training is judged, of a batch, at the average of the weights if there is one; nothing
   * changed. See `Aid.judged`.
   */
  evaluate(batch: Batch): number | Promise<number>;
  /** Copies everything needed to go on bit for bit. */
  state(): TrainState | Promise<TrainState>;
}

/**
 * Makes one gradient of several. All weights stand one after another in an order that is the engine's, with
 * zeros between them perhaps: norms and products of gradients are right as they are.
 *
 * @param gradients One for each batch, of one length; they may be written over.
 * @param losses Their mean losses.
 * @returns The gradient to descend by, of that length.
 */
export type CombineGradients = (
  gradients: readonly Float32Array[],
  losses: readonly number[],
) => Float32Array;

/** Weights and optimizer state on the host. */
export interface TrainState {
  /** The network's weights. */
  readonly weights: Weights;
  /** Adam's first moments, named as the weights; absent before the first step. */
  readonly firstMoment?: Weights;
  /** Adam's second moments, named as the weights; absent before the first step. */
  readonly secondMoment?: Weights;
  /** The running mean of the weights, which is what was trained; absent where there is none. */
  readonly average?: Weights;
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Weights of the loss and of the terms that aid it, where they adapt; absent before the first step. */
  readonly termWeights?: readonly number[];
  /** What else a step goes by that is not of the network: running means, in an order of its own; all finite. */
  readonly memory?: readonly number[];
}
