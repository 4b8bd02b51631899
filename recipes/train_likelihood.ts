/**
 * From simulated pairs to a trained likelihood.
 *
 * @module
 */

import {
  type Dataset,
  type Key,
  type Loss,
  pooledTrials,
  type Scaling,
  standardisation,
  supportEnds,
} from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import { nll, scoreAugmented, scoreScale } from "@likely/losses";
import { TRAIN_LIKELIHOOD } from "./_option_names.ts";
import { inferredColumns } from "./_inferred_columns.ts";
import { logColumns } from "./_log_columns.ts";
import { type KnownPrior, requirePairs } from "./_require_pairs.ts";
import { trainDensity } from "./_train_density.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { columnInterval, isWhole, requireXColumns, type XColumn } from "./x_column.ts";

/** Options of {@linkcode trainLikelihood}: the estimator's, and all of {@linkcode train}'s. */
export interface TrainLikelihoodOptions extends DensityTrainingOptions {
  /**
   * What each column of x is: the density has no mass where a column cannot be. Where some are categories,
   * their probability is learned apart from the density of the others given them, and scores are not used.
   * A given loss is that of the numbers, and sees counts as they are; see the options of {@linkcode nll}.
   *
   * @default {undefined} What they seem to be: counts where all are whole numbers ≥ 0, two categories
   * where all are 0 or 1, positive where all are and a long tail is gone in logarithms; real elsewhere.
   */
  readonly columns?: readonly XColumn[];
  /**
   * Independent trials of which each x consists, one after another, a divisor of its width. The likelihood
   * that is learned is that of one, and an observation then any number of rows of one. From every
   * simulation at most 20 are taken, in as many steps of training as without: more of them tell more of
   * the simulator in the same time. Scores are those of all trials together, and are not used.
   *
   * @default {1}
   */
  readonly trials?: number;
}

/** A surrogate, a density of x given θ, and how its training went. */
export type TrainedLikelihood = TrainedDensity;

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
 * @param options Estimator, loss, columns of x, training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together, or a number is not what
 * its column is.
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
  requireKey("train a likelihood", key);
  requireOptions<TrainLikelihoodOptions>("train a likelihood", options, TRAIN_LIKELIHOOD);
  const { trials = 1, ...rest } = options;
  const prior = requirePairs(pairs);
  const dataset = pooledTrials(pairs.dataset, trials, MOST_TRIALS);
  const { columns = inferredColumns(dataset.x), ...training } = rest;
  requireXColumns(dataset.x, columns);
  const scaling = scalingOf(dataset, prior, columns);
  const loss = options.loss ?? defaultLoss(dataset, scaling, columns);
  const plan = { pairs: { ...pairs, dataset }, prior, target: "x", scaling, columns } as const;
  return await trainDensity(key, plan, { ...training, loss });
}

function scalingOf({ theta, x }: Dataset, { support }: KnownPrior, columns: readonly XColumn[]): Scaling {
  const whole = columns.map(isWhole);
  return {
    theta: standardisation(theta, { log: logColumns(support) }),
    x: {
      ...standardisation(x, supportEnds(columns.map(columnInterval))),
      ...(whole.includes(true) && { whole }),
    },
  };
}

function defaultLoss(dataset: Dataset, { theta }: Scaling, columns: readonly XColumn[]): Loss {
  const numbers = columns.filter(({ kind }) => kind !== "category");
  const whole = numbers.flatMap((column, j) => isWhole(column) ? [j] : []);
  const loss = nll(whole.length > 0 ? { whole } : {});
  // A score is that of the whole row.
  const isScored = dataset.score && numbers.length === columns.length;
  return isScored ? scoreAugmented(loss, { scale: scoreScale(dataset, theta) }) : loss;
}

/** Training sees each about as often as a simulation of one trial. */
const MOST_TRIALS = 20;
