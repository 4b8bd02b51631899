/**
 * From simulated pairs to a trained posterior.
 *
 * @module
 */

import { inSupport, type Key, type Points, row, standardisation, supportEnds } from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import { scalingFor } from "@likely/surrogates";
import { TRAIN_POSTERIOR } from "./_option_names.ts";
import { longTailed } from "./_inferred_columns.ts";
import { type KnownPrior, requirePairs } from "./_require_pairs.ts";
import { isWalled, trainDensity } from "./_train_density.ts";
import { seriesEmbedding } from "./_series_embedding.ts";
import { densityEstimator } from "./density_estimator.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";

/** Options of {@linkcode trainPosterior}. */
export type TrainPosteriorOptions = DensityTrainingOptions;

/** A surrogate, a density of θ given x, and how its training went. */
export type TrainedPosterior = TrainedDensity;

/**
 * Trains a density estimator on pairs (θ, x) of the prior and the simulator: what it learns is the
 * posterior p(θ | x), for any x at once. It can be drawn from directly and has an exact density.
 *
 * θ is seen through the ends of its prior: no draw lies beyond them, and no mass is lost there. Columns of
 * x that are all positive, or counts, and have a long tail are seen in logarithms; an observation at or
 * below their lower end is refused when it is asked about.
 *
 * Source: Papamakarios & Murray (2016), https://arxiv.org/abs/1605.06376; Greenberg, Nonnenmacher
 * & Macke (2019), https://arxiv.org/abs/1905.07488.
 *
 * @param key The key to consume.
 * @param pairs What was simulated, θ from the prior.
 * @param options Estimator, loss and training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together, or a row of θ is not inside
 * the prior's support.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, simulate, split, trainPosterior, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const [forData, forTraining] = split(key(0), 2);
 * const dataset = await simulate(forData, { prior, simulator }, 500);
 * const { artifact } = await trainPosterior(
 *   forTraining,
 *   { simulator: simulator.name, prior: prior.spec, dataset },
 *   { estimator: { kind: "maf", transforms: 2, hidden: [16], activation: "silu" }, maxEpochs: 2 },
 * );
 * assertEquals(artifact.kind, "posterior");
 * ```
 */
export async function trainPosterior(
  key: Key,
  pairs: SimulatedPairs,
  options: TrainPosteriorOptions = {},
): Promise<TrainedPosterior> {
  requireKey("train a posterior", key);
  requireOptions<DensityTrainingOptions>("train a posterior", options, TRAIN_POSTERIOR);
  const { dataset } = pairs;
  const prior = requirePairs(pairs);
  requireInside(dataset.theta, prior);
  const { estimator } = options;
  const series = estimator || options.embedding ? undefined : seriesEmbedding(dataset.x);
  const { embedding = series } = options;
  const sides = {
    thetaDim: dataset.theta.dim,
    xDim: dataset.x.dim,
    target: "theta",
    ...(embedding && { embedding }),
  } as const;
  const scaling = {
    x: scalingFor(densityEstimator(sides, estimator, { walls: isWalled(prior) }), dataset, {
      logX: longTailed,
    }).x,
    theta: standardisation(dataset.theta, supportEnds(prior.support)),
  };
  return await trainDensity(key, {
    pairs,
    prior,
    target: "theta",
    scaling,
    ...(series && { series }),
  }, options);
}

/** Ends of the support are infinitely far out in the space that the density is of. */
function requireInside(theta: Points, { support, names }: KnownPrior): void {
  const i = inSupport(support, theta).indexOf(false);
  if (i < 0) return;
  throw new RangeError(
    `Cannot train a posterior as theta must lie strictly inside the support of ${names.join(", ")}: ` +
      `row ${i} is ${row(theta, i)}`,
  );
}
