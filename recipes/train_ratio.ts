/**
 * From simulated pairs to a trained likelihood-ratio surrogate.
 *
 * @module
 */

import {
  type Artifact,
  type Dataset,
  type EmbeddingSpec,
  type Engine,
  type Key,
  type LearningCurves,
  type Loss,
  type Spec,
  split,
  standardisation,
  type TrunkSpec,
} from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import {
  bce,
  refreshed,
  refreshPairs,
  type RefreshPairsOptions,
  scoreAugmented,
  scoreScale,
} from "@likely/losses";
import { freeze, rowsDivided, train, type TrainOptions } from "@likely/surrogates";
import { TRAIN_RATIO } from "./_option_names.ts";
import { advised, shortened } from "./_advised.ts";
import { defaultEngine } from "./default_engine.ts";
import { dataReference } from "./_data_reference.ts";
import type { EnsemblePlan } from "./ensemble_plan.ts";
import type { HalfPlan } from "./half_plan.ts";
import { logColumns } from "./_log_columns.ts";
import { networkChoice } from "./_network_choice.ts";
import { ratioNetwork } from "./ratio_network.ts";
import { seriesEmbedding } from "./_series_embedding.ts";
import { requireExactScore } from "./_require_exact_score.ts";
import { requireHalf, requireUnrefreshed } from "./_half_rows.ts";
import { requireDensity, requirePairs } from "./_require_pairs.ts";
import { keyOfFirst, requireMembers, trainMembers } from "./_train_members.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { trainingWarnings, unknownFailures } from "./_training_warnings.ts";
import { versions } from "./_versions.ts";

/** Options of {@linkcode trainRatio}: the network's, and all of {@linkcode train}'s. */
export interface TrainRatioOptions
  extends EnsemblePlan, HalfPlan, Partial<Omit<TrainOptions, "spec" | "logTheta">> {
  /**
   * How x is embedded before θ joins it.
   *
   * @default {undefined} Where there is a trunk, x joins θ as it is; where there is none, see
   * {@linkcode ratioNetwork}; convolutions where x is a long series.
   */
  readonly embedding?: EmbeddingSpec;
  /**
   * The network after the join.
   *
   * @default {undefined} See {@linkcode ratioNetwork}.
   */
  readonly trunk?: TrunkSpec;
  /**
   * A loss whose minimiser is the log ratio.
   *
   * @default {undefined} `scoreAugmented(bce(), …)` for data with scores, `bce()` for others.
   */
  readonly loss?: Loss;
  /**
   * Whether every x is trained on with further θ from its own posterior, found by scores, and how
   * many; `{}` for the defaults. Worth most where simulations are few and scores cheap: it takes
   * some hundred thousand of them. `signal` stops this too, and then the call rejects. See
   * {@linkcode refreshPairs}.
   *
   * @default {undefined} No: the simulated pairs alone.
   */
  readonly refresh?: RefreshOptions;
  /**
   * Who trains.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/** How pairs are refreshed. */
export type RefreshOptions = Omit<RefreshPairsOptions, "prior" | "score">;

/** A surrogate and how its training went. */
export interface TrainedRatio {
  /** The surrogate; its output is log p(x | θ) − log p(x), in nats. */
  readonly artifact: Artifact;
  /** Mean losses epoch by epoch. */
  readonly history: LearningCurves;
  /** What speaks against the surrogate; the artifact's provenance repeats it. */
  readonly warnings: readonly string[];
}

/**
 * Trains a network to tell pairs (θ, x) of the simulator from shuffled ones; its logit is the
 * log ratio of likelihood to evidence.
 *
 * Where simulations failed, the ratio is of x and success together, so that parameters that fail are as
 * unlikely as they should be: those of `dataset.failedTheta` are among the shuffled ones.
 *
 * Source: Hermans, Begy & Louppe (2020), "Likelihood-free MCMC with amortized approximate
 * ratio estimators", https://arxiv.org/abs/1903.04057
 *
 * @param key The key to consume.
 * @param pairs What was simulated.
 * @param options Network, loss and training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together, or pairs are to be
 * refreshed without a score.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, simulate, split, trainRatio, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const [forData, forTraining] = split(key(0), 2);
 * const dataset = await simulate(forData, { prior, simulator }, 500);
 * const { artifact } = await trainRatio(
 *   forTraining,
 *   { simulator: simulator.name, prior: prior.spec, dataset },
 *   { maxEpochs: 2 },
 * );
 * assertEquals(artifact.kind, "ratio");
 * ```
 */
export async function trainRatio(
  key: Key,
  pairs: SimulatedPairs,
  options: TrainRatioOptions = {},
): Promise<TrainedRatio> {
  requireKey("train a ratio", key);
  requireOptions<TrainRatioOptions>("train a ratio", options, TRAIN_RATIO);
  requireMembers(options);
  requireUnrefreshed(options);
  const { dataset, simulator } = pairs;
  const { embedding: asked, trunk, engine = defaultEngine(), refresh, ...rest } = options;
  const { members = 1, half = false, ...training } = rest;
  const known = requirePairs(pairs);
  const embedding = asked ?? (trunk ? undefined : seriesEmbedding(dataset.x));
  const logTheta = logColumns(known.support);
  const simulatedLoss = options.loss ?? defaultLoss(dataset, logTheta);
  // Without refreshing, the key trains as it is.
  const [forTraining, forPairs] = refresh ? split(key, 2) : [key, key];
  const { signal } = training;
  const loss = refresh
    ? refreshed(
      simulatedLoss,
      await refreshPairs(forPairs, dataset, {
        ...(signal && { signal }),
        ...refresh,
        prior: requireDensity(known),
        score: requireExactScore({ name: simulator, score: pairs.score }),
      }),
    )
    : simulatedLoss;
  const dims = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim };
  const spec: Spec = {
    kind: "network",
    ...dims,
    ...ratioNetwork(dims, { ...(embedding && { embedding }), ...(trunk && { trunk }) }),
    head: { kind: "linear" },
  };
  if (half) requireHalf(dataset.theta.n, { ...training, loss });
  const settings = {
    ...defaultTraining(dataset.theta.n, { ...training, loss }),
    ...training,
    engine,
    spec,
    loss,
    logTheta,
  };
  const network = networkChoice(spec, { network: trunk !== undefined, embedding: asked !== undefined });
  const trainOn = async (key: Key, dataset: Dataset, how: TrainOptions): Promise<TrainedRatio> => {
    const batchSize = defaultBatch(dataset.theta.n, how);
    const trained = await train(key, dataset, { batchSize, ...how });
    const warnings = [...trainingWarnings(pairs, known, trained), ...unknownFailures(dataset)];
    const artifact = freeze(trained, {
      kind: "ratio",
      prior: known.spec,
      simulator,
      xNames: pairs.xNames,
      versions: versions(),
      network,
      rounds: pairs.rounds,
      warnings,
      ...(dataset.failedTheta && {
        failedAs: `draws of the ${pairs.rounds ? "proposals" : "prior"} that made no such data`,
      }),
    });
    const reference = await dataReference(artifact, dataset, engine);
    return { artifact: { ...artifact, ...reference }, history: trained.history, warnings };
  };
  const trained = await trainMembers(
    forTraining,
    { ...training, members },
    (key) => trainOn(key, dataset, settings),
  );
  return await advised(keyOfFirst(forTraining, members), trained, {
    ...training,
    loss,
    engine,
    half,
    prior: known.density,
    dataset,
    train: (key, dataset, stretch) => trainOn(key, dataset, shortened(settings, dataset.theta.n, stretch)),
  });
}

function defaultLoss(dataset: Dataset, log: readonly (number | null)[]): Loss {
  if (dataset.score === undefined) return bce();
  return scoreAugmented(bce(), { scale: scoreScale(dataset, standardisation(dataset.theta, { log })) });
}

const LARGEST_BATCH = 100;

function defaultBatch(n: number, options: Partial<TrainOptions>): number {
  return Math.min(LARGEST_BATCH, rowsDivided(n, options).trained);
}

// A high rate, made bearable by averages of the weights, gets in 30 epochs where a third of it got in 100,
// and sharp ratios need it to fall along a cosine. Few rows are seen more often, for as many steps, and waited
// for longer, as fewer tell when to stop. From scores there is more to learn of each pair.
const EPOCHS = { fewest: 30, scored: 60, most: 100 };
const BATCHES = 90;
const PATIENCE = 5;

function defaultTraining(n: number, options: Partial<TrainOptions> & Pick<TrainOptions, "loss">) {
  const { batchSize = defaultBatch(n, options) } = options;
  const batches = Math.max(1, Math.floor(rowsDivided(n, options).trained / batchSize));
  const fewest = options.loss.aid ? EPOCHS.scored : EPOCHS.fewest;
  const sameSteps = Math.min(EPOCHS.most, Math.ceil(fewest * BATCHES / batches));
  const { maxEpochs = Math.max(fewest, sameSteps) } = options;
  const patience = PATIENCE + Math.ceil(Math.max(0, maxEpochs - EPOCHS.fewest) / 3);
  return { learningRate: 1e-2, schedule: "cosine", average: 0.1, thin: 0.1, maxEpochs, patience } as const;
}
