// Standardisation of x where it is the condition.

import { type Dataset, type EmbeddingSpec, points, type Spec, type Standardisation } from "@likely/core";
import { scalingFor } from "@likely/surrogates";
import { longTailed } from "./_inferred_columns.ts";

/** Long-tailed columns are seen in logarithms: all or none of those that an embedding treats alike. */
export function conditionScaling(spec: Spec, data: Dataset): Standardisation {
  const { x } = data;
  const width = period(spec.embedding, x.dim);
  const ends = longTailed(points(x.data, width));
  if (ends.every((low) => low === null)) return scalingFor(spec, data).x;
  const log = Array.from({ length: x.dim }, (_, j) => ends[j % width]!);
  const seen = x.data.map((value, k) => log[k % x.dim] === null ? value : Math.log(value - log[k % x.dim]!));
  return { ...scalingFor(spec, { ...data, x: { ...x, data: seen } }).x, log };
}

/** Columns j and j + period are treated alike. */
function period(embedding: EmbeddingSpec | undefined, dim: number): number {
  if (embedding?.kind === "set") return embedding.element;
  return embedding?.kind === "conv" ? embedding.channels : dim;
}
