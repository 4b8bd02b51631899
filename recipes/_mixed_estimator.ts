// Which estimator, where columns of x are categories.

import { type DensitySides, type DensitySpec, densityWidths, type MixedSpec } from "@likely/core";
import { densityEstimator, type DensityEstimatorOptions, type EstimatorSpec } from "./density_estimator.ts";
import type { XColumn } from "./x_column.ts";

/** Of the columns as they are: a density, or a choice and a density of the numbers given it. */
export function estimatorOf(
  sides: DensitySides,
  estimator: EstimatorSpec | undefined,
  columns: readonly XColumn[] = [],
  options: DensityEstimatorOptions = {},
): DensitySpec | MixedSpec {
  const counts = columns.flatMap((column) => column.kind === "category" ? [column.categories] : []);
  if (counts.length === 0) return densityEstimator(sides, estimator, options);
  const { embedding, ...whole } = sides;
  const { condition: thetaDim, target: xDim } = densityWidths(sides);
  const given = {
    thetaDim: thetaDim + counts.reduce((sum, count) => sum + count, 0),
    xDim: xDim - counts.length,
    target: "x",
    ...(embedding && { embedding }),
  } as const;
  return {
    ...whole,
    kind: "mixed",
    target: "x",
    categories: columns.map((column) => column.kind === "category" ? column.categories : null),
    choice: {
      kind: "categorical",
      thetaDim,
      xDim: 1,
      target: "x",
      categories: counts.reduce((product, count) => product * count, 1),
      trunk: CHOICE,
    },
    ...(given.xDim > 0 &&
      { numbers: densityEstimator(given, estimator) as NonNullable<MixedSpec["numbers"]> }),
  };
}

const CHOICE = { kind: "mlp", hidden: [48, 48], activation: "silu" } as const;
