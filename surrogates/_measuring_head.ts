// Heads that measure x from what θ alone makes, on tensors. Everything here borrows its arguments
// and runs inside the caller's tidy.

import type { MeasuringHead } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";

/** What a measuring head reads. */
export interface Measured {
  /** The trunk's outputs, `[m, width]`: m is `atoms · n`, or `atoms` where every x meets the same θ. */
  readonly outputs: Matrix;
  /** What comes past the trunk, `[m, q]`. */
  readonly line: Matrix;
  /** θ rows per x row. */
  readonly atoms: number;
  /** x, or its features, `[n, q]`. */
  readonly seen: Matrix;
}

/** The network's outputs at the rows of x, `[n, atoms]`. */
export function measure(head: MeasuringHead, { outputs, line, atoms, seen }: Measured): Matrix {
  const q = head.weights.length;
  const byAtom = (part: Matrix) => tf.reshape(part, [atoms, -1, part.shape[1]]);
  const centre = byAtom(tf.add(line, tf.slice(outputs, [0, 0], [-1, q])));
  const others = byAtom(tf.slice(outputs, [0, q], [-1, -1]));
  const away = tf.sub(centre, seen);
  if (head.kind === "absolute") return tf.transpose(weighted(head, expectedAbsolute(away, others)));
  const height = tf.reshape(tf.mul(tf.softplus(others), head.scale), [atoms, -1]);
  return tf.transpose(tf.add(weighted(head, tf.square(away)), height));
}

/** `|δ| + 2 s softplus(−|δ| / s)`: the mean of `|δ + noise|` under logistic noise of scale s. */
function expectedAbsolute(away: Tensor, others: Tensor): Tensor {
  const scale = tf.add(tf.softplus(others), LEAST_SCALE);
  const size = tf.abs(away);
  return tf.add(size, tf.mul(tf.mul(scale, 2), tf.softplus(tf.neg(tf.div(size, scale)))));
}

function weighted({ weights }: MeasuringHead, columns: Tensor): Matrix {
  return tf.sum(tf.mul(columns, tf.tensor1d([...weights])), 2);
}

const LEAST_SCALE = 1e-6;
