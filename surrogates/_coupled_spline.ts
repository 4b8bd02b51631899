// One transform of a coupled spline flow, towards the base, on tensors; inside the caller's tidy.

import { couplingSplit, type NsfSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Vector } from "@likely/core/tensor";
import type { TensorWeights } from "./_dense.ts";
import type { Moved } from "./_masked_affine.ts";
import { beside, bound, columns } from "./_pieces.ts";
import { spline } from "./_spline.ts";
import { runTrunk } from "./_trunk.ts";

/** Transform t: y `[n, D]` given c `[n, C]`. */
export function coupledSpline(weights: TensorWeights, spec: NsfSpec, t: number, y: Matrix, c: Matrix): Moved {
  const [n, dim] = y.shape;
  const { kept, moved } = couplingSplit(dim, t);
  const still = kept.length > 0 ? [columns(y, kept)] : [];
  const seen = beside([...still, c]);
  const each = 3 * spec.bins + 1;
  // A row for each number that is moved.
  const outputs = tf.reshape(runTrunk(weights, `transform${t}`, spec.trunk, seen), [-1, each]) as Matrix;
  const line = tf.matMul(seen, weights[`transform${t}/skip/weight`] as Matrix);
  const shift = tf.add(tf.slice(outputs, [0, 0], [-1, 1]), tf.reshape(line, [-1, 1]));
  const logScale = bound(tf.slice(outputs, [0, 1], [-1, 1]));
  const away = tf.sub(tf.reshape(columns(y, moved), [-1, 1]), shift);
  const bent = spline(tf.slice(outputs, [0, 2], [-1, -1]), tf.mul(away, tf.exp(logScale)) as Matrix, spec);
  const slopes = tf.reshape(tf.add(bent.logSlope, logScale), [n, moved.length]);
  const all = beside([...still, tf.reshape(bent.value, [n, moved.length]) as Matrix]);
  return { rows: columns(all, placesOf([...kept, ...moved])), logDet: tf.sum(slopes, 1) as Vector };
}

/** Where each coordinate stands in a list of them. */
function placesOf(order: readonly number[]): number[] {
  return Array.from(order.keys(), (j) => order.indexOf(j));
}
