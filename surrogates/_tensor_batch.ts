import {
  type Batch,
  type Points,
  type Scaling,
  type Standardisation,
  standardise,
  standardSlope,
} from "@likely/core";
import type { TensorBatch } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix } from "@likely/core/tensor";

/** Standardises a minibatch and copies it to the device; the caller owns the tensors. */
export function tensorBatch(batch: Batch, scaling: Scaling): TensorBatch {
  const { theta, x, atoms, target, score } = batch;
  if (theta.n !== atoms * x.n) {
    throw new TypeError(
      `Cannot use a minibatch as theta must have ${atoms * x.n} rows: current value is ${theta.n}`,
    );
  }
  return {
    theta: standardised(theta, scaling.theta),
    x: standardised(x, scaling.x),
    atoms,
    ...(target && { target: tf.tensor1d(Float32Array.from(target)) }),
    ...(score && { score: standardisedScore(score, theta, scaling.theta) }),
  };
}

/** Rows on the device in standard units: `[n, dim]`. */
export function standardised(source: Points, by: Standardisation): Matrix {
  if (source.dim !== by.mean.length) {
    throw new TypeError(
      `Cannot standardise rows as they must have ${by.mean.length} columns: current value is ${source.dim}`,
    );
  }
  return tf.tensor2d(standardise(source, by), [source.n, source.dim]);
}

/** The score with respect to standardised θ; row i belongs to row i of θ. */
function standardisedScore(score: Points, theta: Points, by: Standardisation): Matrix {
  const { data, dim } = score;
  const values = Float32Array.from(data, (value, k) => value / standardSlope(by, k % dim, theta.data[k]!));
  return tf.tensor2d(values, [score.n, dim]);
}
