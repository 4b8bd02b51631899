/**
 * What a training step of the fused engine adds to the contract.
 *
 * @module
 */

import type { CombineGradients, TrainState, TrainStep } from "@likely/core";

/** A training step that also tells what it costs in memory. */
export interface FusedTrainStep extends TrainStep {
  /** Bytes planned for the largest batch so far; before the first, for weights alone. */
  readonly bytes: number;
  /** Euclidean norm of the last step's gradient, before clipping. */
  readonly gradientNorm: number;
  /** Takes one optimizer step, at once. */
  step(batch: Parameters<TrainStep["step"]>[0], learningRate: number): number;
  /** Takes one optimizer step on what is made of several batches' gradients, at once. */
  stepOn(
    batches: readonly Parameters<TrainStep["step"]>[0][],
    combine: CombineGradients,
    learningRate: number,
  ): number[];
  /** Copies everything needed to go on bit for bit, at once. */
  state(): TrainState;
  /** The loss of a batch, at once. */
  evaluate(batch: Parameters<TrainStep["evaluate"]>[0]): number;
}
