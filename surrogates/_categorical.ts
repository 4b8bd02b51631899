// A choice, on tensors; inside the caller's tidy.

import type { CategoricalSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Vector } from "@likely/core/tensor";
import type { TensorWeights } from "./_dense.ts";
import { runTrunk } from "./_trunk.ts";

/** Log probabilities of y `[n, 1]`, whole numbers from 0 on, given c `[n, C]`. */
export function categorical(weights: TensorWeights, spec: CategoricalSpec, y: Matrix, c: Matrix): Vector {
  const logShares = tf.logSoftmax(runTrunk(weights, "trunk", spec.trunk, c));
  const columns = tf.reshape(tf.range(0, spec.categories, 1, "float32"), [1, spec.categories]);
  // What is no category has no column.
  const isOne = tf.equal(y, columns);
  const chosen = tf.sum(tf.mul(logShares, tf.cast(isOne, "float32")), 1);
  return tf.where(tf.any(isOne, 1), chosen, tf.fill([y.shape[0]], -Infinity)) as Vector;
}
