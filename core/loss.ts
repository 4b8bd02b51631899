/**
 * The loss contract: how minibatches are paired, and the formula.
 *
 * @module
 */

import type { Batch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import type { Key } from "./key.ts";
import type { Matrix, Scalar, Vector } from "./tensor.ts";
import type { Weighting } from "./weighting.ts";

/** A named formula with options; an engine may recognise both and run its own program. */
export interface Loss {
  /** The formula's name, as in the field: `"bce"`, `"nre_c"`, … */
  readonly name: string;
  /** Plain data; with `name` it identifies the loss. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Rows that a minibatch must have for it to be paired; absent: one. */
  readonly fewestRows?: number;
  /** Pairs rows of the data into a minibatch, on the host. */
  assemble(key: Key, data: Dataset, rows: Uint32Array): Batch;
  /** The formula, on tensors: a scalar owned by the caller. */
  compute(estimate: Estimate, batch: TensorBatch): Scalar;
  /** Terms that are minimised along with it. */
  readonly aid?: Aid;
}

/** Terms with the same minimiser as the loss, which teach the network faster. */
export interface Aid {
  /** What each is called. */
  readonly terms: readonly string[];
  /** The terms, in this order, on the loss's own minibatch: scalars owned by the caller. */
  compute(estimate: Estimate, batch: TensorBatch): readonly Scalar[];
  /** How strongly they pull. */
  readonly weighting: Weighting;
  /** Weight of their mean in the loss by which training is judged, ≥ 0: it stays the same. */
  readonly judged: number;
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
  /** `[m, d]`, m ≤ n: scores of the first rows, with respect to standardised θ. */
  readonly score?: Matrix;
}
