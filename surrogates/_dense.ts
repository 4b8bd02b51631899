// Dense layers on tensors. Everything here borrows its arguments and runs inside the caller's
// tidy.

import type { Activation } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";

/** Weights on the device, by name. */
export type TensorWeights = Readonly<Record<string, Tensor>>;

/** Applies an activation. */
export function activate<T extends Tensor>(h: T, activation: Activation): T {
  switch (activation) {
    case "silu":
      return tf.mul(h, tf.sigmoid(h)) as T;
    case "tanh":
      return tf.tanh(h);
    case "relu":
      return tf.relu(h);
    default:
      return activation satisfies never;
  }
}

/** `x · W + b`: `[n, in]` to `[n, out]`. */
export function dense(weights: TensorWeights, path: string, x: Matrix): Matrix {
  return tf.add(tf.matMul(x, weights[`${path}/weight`] as Matrix), weights[`${path}/bias`]!);
}

/** Layers `path/first`, `path/(first + 1)`, …, each followed by the activation. */
export function stack(
  weights: TensorWeights,
  layers: Layers,
  x: Matrix,
): Matrix {
  const { path, first = 0, count, activation } = layers;
  let h = x;
  for (let i = first; i < count; i++) h = activate(dense(weights, `${path}/${i}`, h), activation);
  return h;
}

/** Which layers {@linkcode stack} runs. */
export interface Layers {
  readonly path: string;
  readonly first?: number;
  readonly count: number;
  readonly activation: Activation;
}
