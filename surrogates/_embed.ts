import type { EmbeddingSpec } from "@likely/core";
import type { Matrix } from "@likely/core/tensor";
import type { TensorWeights } from "./_dense.ts";
import { embedConv } from "./_embed_conv.ts";
import { embedDense } from "./_embed_dense.ts";
import { embedSet } from "./_embed_set.ts";

/** An embedding on tensors; inside the caller's tidy. */
export function embedder(embedding: EmbeddingSpec): (weights: TensorWeights, rows: Matrix) => Matrix {
  switch (embedding.kind) {
    case "dense":
      return (weights, rows) => embedDense(weights, embedding, rows);
    case "set":
      return (weights, rows) => embedSet(weights, embedding, rows);
    case "conv":
      return (weights, rows) => embedConv(weights, embedding, rows);
    default:
      return embedding satisfies never;
  }
}
