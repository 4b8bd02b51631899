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
  priorFrom,
  type Spec,
  split,
  standardisation,
  type TrunkSpec,
} from "@likely/core";
import {
  bce,
  refreshed,
  refreshPairs,
  type RefreshPairsOptions,
  scoreAugmented,
  scoreScale,
} from "@likely/losses";
import { freeze, train, type TrainOptions } from "@likely/surrogates";
import { advised, stretched, unwatched } from "./_advised.ts";
import { defaultEngine } from "./default_engine.ts";
import { dataAdvice } from "./_data_advice.ts";
import { dataReference } from "./_data_reference.ts";
import type { EnsemblePlan } from "./ensemble_plan.ts";
import type { HalfPlan } from "./half_plan.ts";
import { logColumns } from "./_log_columns.ts";
import { networkChoice } from "./_network_choice.ts";
import { orderedEmbedding } from "./ordered_embedding.ts";
import { ratioNetwork } from "./ratio_network.ts";
import { keyOfFirst, trainMembers } from "./_train_members.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { versions } from "./_versions.ts";

/** Options of {@linkcode trainRatio}: the network's, and all of {@linkcode train}'s. */
export interface TrainRatioOptions
  extends EnsemblePlan, HalfPlan, Partial<Omit<TrainOptions, "spec" | "logTheta">> {
  /**
   * How x is embedded before θ joins it.
   *
   * @default {undefined} Where there is a trunk, x joins θ as it is; where there is none, see
   * {@linkcode orderedEmbedding} and {@linkcode ratioNetwork}.
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
}

/**
 * Trains a network to tell pairs (θ, x) of the simulator from shuffled ones; its logit is the
 * log ratio of likelihood to evidence.
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
  const { dataset, prior, simulator } = pairs;
  const { embedding: asked, trunk, engine = defaultEngine(), refresh, ...rest } = options;
  const { members = 1, half = false, ...training } = rest;
  const embedding = asked ??
    (trunk ? undefined : orderedEmbedding(dataset.x, { scored: dataset.score !== undefined }));
  requireUnrefreshed(half, refresh);
  const logTheta = logColumns(priorFrom(prior).support);
  const simulatedLoss = options.loss ?? defaultLoss(dataset, logTheta);
  // Without refreshing, the key trains as it is.
  const [forTraining, forPairs] = refresh ? split(key, 2) : [key, key];
  const { signal } = training;
  const loss = refresh
    ? refreshed(
      simulatedLoss,
      await refreshPairs(forPairs, dataset, known(pairs, { ...(signal && { signal }), ...refresh })),
    )
    : simulatedLoss;
  const dims = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim };
  const spec: Spec = {
    kind: "network",
    ...dims,
    ...ratioNetwork(dims, { ...(embedding && { embedding }), ...(trunk && { trunk }) }),
    head: { kind: "linear" },
  };
  const settings = { ...DEFAULT_TRAINING, ...training, engine, spec, loss, logTheta };
  const network = networkChoice(spec, { network: trunk !== undefined, embedding: asked !== undefined });
  const trainOn = async (key: Key, dataset: Dataset, how: TrainOptions): Promise<TrainedRatio> => {
    const trained = await train(key, dataset, how);
    const advice = dataAdvice(dataset);
    const about = { prior, simulator, versions: versions(), network, advice };
    const artifact = freeze(trained, { kind: "ratio", ...about });
    const reference = await dataReference(artifact, dataset.x, engine);
    return { artifact: { ...artifact, ...reference }, history: trained.history };
  };
  const trained = await trainMembers(
    forTraining,
    { ...training, members },
    (key) => trainOn(key, dataset, settings),
  );
  return await advised(keyOfFirst(forTraining, members), trained, {
    ...training,
    engine,
    half,
    dataset,
    train: (key, dataset, stretch) =>
      trainOn(key, dataset, { ...unwatched(settings), ...stretched(settings, stretch) }),
  });
}

function requireUnrefreshed(half: boolean, refresh: RefreshOptions | undefined): void {
  if (!half || !refresh) return;
  throw new TypeError(
    "Cannot train on half as pairs must not be refreshed, which makes as many as wanted: current value of refresh is given",
  );
}

function defaultLoss(dataset: Dataset, log: readonly (number | null)[]): Loss {
  if (dataset.score === undefined) return bce();
  return scoreAugmented(bce(), { scale: scoreScale(dataset, standardisation(dataset.theta, { log })) });
}

/** What refreshing needs to know of the pairs. */
function known({ prior, score, simulator }: SimulatedPairs, refresh: RefreshOptions): RefreshPairsOptions {
  if (score) return { ...refresh, prior: priorFrom(prior), score };
  throw new TypeError(
    `Cannot refresh pairs of "${simulator}" as its exact score must be known at any theta: ` +
      "there is none (a joint score holds at the theta that made x alone)",
  );
}

// Long cosine schedules at a high rate fit sharp ratios better than early stopping at a small one.
const DEFAULT_TRAINING = {
  batchSize: 100,
  learningRate: 3e-3,
  schedule: "cosine",
  maxEpochs: 100,
  patience: 30,
} as const;
