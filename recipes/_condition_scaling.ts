// Standardisation of x where it is the condition.

import type { Dataset, Spec, Standardisation } from "@likely/core";
import { scalingFor } from "@likely/surrogates";
import { longTailed } from "./_inferred_columns.ts";

/** Long-tailed columns are seen in logarithms, except where an embedding treats columns alike. */
export function conditionScaling(spec: Spec, data: Dataset): Standardisation {
  const { kind } = spec.embedding ?? {};
  const log = kind === "set" || kind === "conv" ? [] : longTailed(data.x);
  if (log.every((low) => low === null)) return scalingFor(spec, data).x;
  const { dim } = data.x;
  const seen = data.x.data.map((value, k) => log[k % dim] === null ? value : Math.log(value - log[k % dim]!));
  return { ...scalingFor(spec, { ...data, x: { ...data.x, data: seen } }).x, log };
}
