import type { SetEmbedding } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix } from "@likely/core/tensor";
import { dense, stack, type TensorWeights } from "./_dense.ts";

/** Permutation-invariant embedding: `[n, elements · element]` to `[n, out]`. */
export function embedSet(weights: TensorWeights, embedding: SetEmbedding, x: Matrix): Matrix {
  const { element, each, pool, hidden, activation } = embedding;
  const [n, p] = x.shape;
  const elements = p / element;
  // All elements of all rows go through the network as one matrix.
  const rows = tf.reshape(x, [n * elements, element]) as Matrix;
  const seen = stack(weights, { path: "embedding/each", count: each.length, activation }, rows);
  const sum = tf.sum(tf.reshape(seen, [n, elements, -1]), 1) as Matrix;
  const pooled = pool === "mean" ? tf.div(sum, elements) as Matrix : sum;
  return dense(
    weights,
    "embedding/out",
    stack(weights, { path: "embedding", count: hidden.length, activation }, pooled),
  );
}
