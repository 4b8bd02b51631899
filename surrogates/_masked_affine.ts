// One transform of a masked autoregressive flow, towards the base, on tensors; inside the caller's
// tidy. What is masked is 0 in the weights: see `flatWeights` for how it stays so.

import type { MafSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Vector } from "@likely/core/tensor";
import { dense, stack, type TensorWeights } from "./_dense.ts";
import { beside, bound } from "./_pieces.ts";

/** Rows on the base's side, and the log-determinant of the way there. */
export type Moved = { readonly rows: Matrix; readonly logDet: Vector };

/** Transform t: y `[n, D]` given c `[n, C]`. */
export function maskedAffine(weights: TensorWeights, spec: MafSpec, t: number, y: Matrix, c: Matrix): Moved {
  const [dim, path] = [y.shape[1], `transform${t}`];
  const seen = beside([y, c]);
  const h = stack(weights, { path, count: spec.hidden.length, activation: spec.activation }, seen);
  const outputs = dense(weights, `${path}/out`, h);
  const line = tf.matMul(seen, weights[`${path}/skip/weight`] as Matrix);
  const shift = tf.add(tf.slice(outputs, [0, 0], [-1, dim]), line);
  const logScale = bound(tf.slice(outputs, [0, dim], [-1, dim]));
  return {
    rows: tf.mul(tf.sub(y, shift), tf.exp(logScale)) as Matrix,
    logDet: tf.sum(logScale, 1) as Vector,
  };
}
