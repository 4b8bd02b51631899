// Small pieces that the transforms on tensors share; inside the caller's tidy.

import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor, Vector } from "@likely/core/tensor";

const MOST = 7;

/** `7 tanh(h / 7)`: what keeps log-scales where float32 has room. */
export function bound<T extends Tensor>(h: T): T {
  return tf.mul(tf.tanh(tf.div(h, MOST)), MOST) as T;
}

/** The given columns of `[n, d]`. */
export function columns(rows: Matrix, which: readonly number[]): Matrix {
  return tf.gather(rows, tf.tensor1d([...which], "int32"), 1) as Matrix;
}

/** Rows side by side; a part without columns is left out. */
export function beside(parts: readonly Matrix[]): Matrix {
  const some = parts.filter(({ shape }) => shape[1] > 0);
  return some.length === 1 ? some[0]! : tf.concat(some, 1);
}

/** Log densities of standard normal rows: `[n, d]` to `[n]`. */
export function standardNormal(z: Matrix): Vector {
  const squares = tf.sum(tf.square(z), 1) as Vector;
  return tf.sub(tf.mul(squares, -0.5), z.shape[1] * Math.log(2 * Math.PI) / 2);
}
