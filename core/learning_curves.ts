/**
 * How a training run went.
 *
 * @module
 */

/** Mean losses of a training run, one number an epoch. */
export interface LearningCurves {
  /** Over the minibatches of the epoch, each before its step. */
  readonly train: readonly number[];
  /** Over the rows set aside, after the epoch. */
  readonly validation: readonly number[];
  /** Weights of the loss and of the terms that aid it, after the epoch, where they adapt. */
  readonly termWeights?: readonly (readonly number[])[];
}
