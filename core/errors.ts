/**
 * Errors that callers catch; everything else is a built-in `TypeError` or `RangeError`.
 *
 * @module
 */

import type { Weights } from "./weights.ts";

/** An engine's way to say "not me": the next engine is tried. */
export class UnsupportedError extends Error {
  /** Always `"UnsupportedError"`. */
  override readonly name = "UnsupportedError";
}

/** Training stopped because it cannot go on; the best weights so far travel along. */
export class TrainingError extends Error {
  /** Always `"TrainingError"`. */
  override readonly name = "TrainingError";
  /** Optimizer steps taken when it stopped. */
  readonly step: number;
  /** The loss that stopped it. */
  readonly loss: number;
  /** The weights with the best validation loss so far; absent before the first epoch's end. */
  readonly best?: Weights;

  /** Makes the error. */
  constructor(
    message: string,
    at: { readonly step: number; readonly loss: number; readonly best?: Weights },
  ) {
    super(message);
    this.step = at.step;
    this.loss = at.loss;
    if (at.best) this.best = at.best;
  }
}

/**
 * A simulator that cannot be had: its program does not start, its server does not answer. No row has failed
 * by that: the run stops, with what is there kept.
 */
export class UnreachableError extends Error {
  /** Always `"UnreachableError"`. */
  override readonly name = "UnreachableError";
}

/** A file that is not what it claims to be: truncated, hostile, or of another version. */
export class FormatError extends Error {
  /** Always `"FormatError"`. */
  override readonly name = "FormatError";
}

/** A device that computed is gone, a GPU mostly: what it held is lost. */
export class DeviceLostError extends Error {
  /** Always `"DeviceLostError"`. */
  override readonly name = "DeviceLostError";
}
