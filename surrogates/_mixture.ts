// A mixture of Gaussians, on tensors; inside the caller's tidy.

import type { MdnSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor, Vector } from "@likely/core/tensor";
import type { TensorWeights } from "./_dense.ts";
import { bound } from "./_pieces.ts";
import { runTrunk } from "./_trunk.ts";

/** Log densities of y `[n, D]` given c `[n, C]`. */
export function mixture(weights: TensorWeights, spec: MdnSpec, y: Matrix, c: Matrix): Vector {
  const [n, dim] = y.shape;
  const count = spec.components;
  const outputs = runTrunk(weights, "trunk", spec.trunk, c);
  const part = (before: number, size: number) =>
    tf.reshape(tf.slice(outputs, [0, count * before], [n, count * size]), [n, count, size]);
  const line = tf.reshape(tf.matMul(c, weights["skip/weight"] as Matrix), [n, count, dim]);
  const away = tf.sub(tf.reshape(y, [n, 1, dim]), tf.add(part(1, dim), line));
  const logDiagonal = bound(part(1 + dim, dim));
  const onDiagonal = tf.mul(tf.exp(logDiagonal), away);
  const z = dim === 1
    ? onDiagonal
    : tf.add(onDiagonal, belowDiagonal(part(1 + 2 * dim, dim * (dim - 1) / 2), away));
  const logShares = tf.reshape(tf.logSoftmax(tf.slice(outputs, [0, 0], [n, count])), [n, count]);
  const terms = tf.add(logShares, tf.sub(tf.sum(logDiagonal, 2), tf.mul(tf.sum(tf.square(z), 2), 0.5)));
  return tf.sub(tf.logSumExp(terms, 1), dim * Math.log(2 * Math.PI) / 2) as Vector;
}

/** What the entries below the diagonal add to `L (y − μ)`: `[n, K, D (D − 1) / 2]` to `[n, K, D]`. */
function belowDiagonal(entries: Tensor, away: Tensor): Tensor {
  const [n, count, dim] = away.shape as [number, number, number];
  const pairs = Array.from({ length: dim }, (_, i) => Array.from({ length: i }, (_, j) => [i, j] as const))
    .flat();
  const flat = tf.reshape(away, [n * count, dim]) as Matrix;
  const sources = tf.gather(flat, tf.tensor1d(pairs.map(([, j]) => j), "int32"), 1);
  const products = tf.mul(tf.reshape(entries, [n * count, pairs.length]), sources) as Matrix;
  const sinks = Float32Array.from(
    { length: pairs.length * dim },
    (_, k) => pairs[Math.floor(k / dim)]![0] === k % dim ? 1 : 0,
  );
  return tf.reshape(tf.matMul(products, tf.tensor2d(sinks, [pairs.length, dim])), [n, count, dim]);
}
