/**
 * The loss contract: how minibatches are paired, and the formula.
 *
 * @module
 */

import type { Batch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import type { Key } from "./key.ts";
import type { Matrix, Scalar, Vector } from "./tensor.ts";

/** A named formula with options; an engine may recognise both and run its own program. */
export interface Loss {
  /** The formula's name, as in the field: `"bce"`, `"nre_c"`, … */
  readonly name: string;
  /** Plain data; with `name` it identifies the loss. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Pairs rows of the data into a minibatch, on the host. */
  assemble(key: Key, data: Dataset, rows: Uint32Array): Batch;
  /** The formula, on tensors: a scalar owned by the caller. */
  compute(estimate: Estimate, batch: TensorBatch): Scalar;
}

/**
 * Evaluates the network on standardised tensors: θ `[atoms · n, d]` and x `[n, p]` to outputs
 * `[n, atoms]`. Borrows its inputs.
 */
export type Estimate = (theta: Matrix, x: Matrix) => Matrix;

/** A {@linkcode Batch} on the device, standardised. Borrowed by the loss. */
export interface TensorBatch {
  /** `[atoms · n, d]`. */
  readonly theta: Matrix;
  /** `[n, p]`. */
  readonly x: Matrix;
  /** θ rows per x row. */
  readonly atoms: number;
  /** `[n]`. */
  readonly target?: Vector;
  /** `[n, d]`: the score with respect to standardised θ. */
  readonly score?: Matrix;
}
