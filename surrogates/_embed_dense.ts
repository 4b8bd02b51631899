import type { DenseEmbedding } from "@likely/core";
import type { Matrix } from "@likely/core/tensor";
import { dense, stack, type TensorWeights } from "./_dense.ts";

/** Fully connected embedding: `[n, p]` to `[n, out]`. */
export function embedDense(weights: TensorWeights, embedding: DenseEmbedding, x: Matrix): Matrix {
  const { hidden, activation } = embedding;
  return dense(
    weights,
    "embedding/out",
    stack(weights, { path: "embedding", count: hidden.length, activation }, x),
  );
}
