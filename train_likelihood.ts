/**
 * From simulated pairs to a trained likelihood.
 *
 * @module
 */

import {
  type Artifact,
  type Key,
  type LearningCurves,
  type Loss,
  priorFrom,
  type Scaling,
  standardisation,
  type Support,
  supportEnds,
} from "@likely/core";
import { requireLength } from "@likely/core/check";
import { nll, scoreAugmented, scoreScale } from "@likely/losses";
import { logColumns } from "./_log_columns.ts";
import { trainDensity } from "./_train_density.ts";
import type { TrainPosteriorOptions } from "./train_posterior.ts";
import type { SimulatedPairs } from "./train_ratio.ts";

/** Options of {@linkcode trainLikelihood}: the estimator's, and all of {@linkcode train}'s. */
export interface TrainLikelihoodOptions extends TrainPosteriorOptions {
  /**
   * One interval for each column of x: where its values can be. A density of x has no mass beyond
   * them; positive numbers are learned on the log scale, shares on the logistic one.
   *
   * @default {undefined} The whole line.
   */
  readonly xSupport?: Support;
}

/** A surrogate and how its training went. */
export interface TrainedLikelihood {
  /** The surrogate: a normalised density of x given θ. */
  readonly artifact: Artifact;
  /** Mean losses epoch by epoch, in nats of standardised x. */
  readonly history: LearningCurves;
}

/**
 * Trains a density estimator on pairs (θ, x): what it learns is the likelihood p(x | θ). Whatever θ
 * were drawn from, the prior may be another; independent observations of one θ are added up.
 *
 * Data with scores are trained on them too: a likelihood's slope in θ is the model's score.
 *
 * Source: Papamakarios, Sterratt & Murray (2019), https://arxiv.org/abs/1805.07226.
 *
 * @param key The key to consume.
 * @param pairs What was simulated.
 * @param options Estimator, loss, support of x, training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together, or a number lies outside
 * the support of x.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, simulate, split, trainLikelihood, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const [forData, forTraining] = split(key(0), 2);
 * const dataset = await simulate(forData, { prior, simulator }, 500);
 * const { artifact } = await trainLikelihood(
 *   forTraining,
 *   { simulator: simulator.name, prior: prior.spec, dataset },
 *   { estimator: { kind: "maf", transforms: 2, hidden: [16], activation: "silu" }, maxEpochs: 2 },
 * );
 * assertEquals(artifact.kind, "likelihood");
 * ```
 */
export async function trainLikelihood(
  key: Key,
  pairs: SimulatedPairs,
  options: TrainLikelihoodOptions = {},
): Promise<TrainedLikelihood> {
  const { xSupport, ...training } = options;
  const scaling = scalingOf(pairs, xSupport);
  const loss = options.loss ?? defaultLoss(pairs, scaling);
  return await trainDensity(key, pairs, { ...training, loss, target: "x", scaling });
}

function scalingOf({ dataset: { theta, x }, prior }: SimulatedPairs, xSupport?: Support): Scaling {
  if (xSupport) requireInside(x, xSupport);
  return {
    theta: standardisation(theta, { log: logColumns(priorFrom(prior).support) }),
    x: standardisation(x, xSupport ? supportEnds(xSupport) : {}),
  };
}

function defaultLoss({ dataset }: SimulatedPairs, { theta }: Scaling): Loss {
  return dataset.score ? scoreAugmented(nll(), { scale: scoreScale(dataset, theta) }) : nll();
}

function requireInside({ data, dim }: SimulatedPairs["dataset"]["x"], support: Support): void {
  requireLength("train a likelihood", "xSupport", support.length, dim);
  const k = data.findIndex((value, i) => {
    const { low, high } = support[i % dim]!;
    return !(value > low && value < high);
  });
  if (k < 0) return;
  const { low, high } = support[k % dim]!;
  throw new RangeError(
    `Cannot train a likelihood as column ${k % dim} of x must be inside (${low}, ${high}): current value is ${
      data[k]
    }`,
  );
}
