// What training a posterior and training a likelihood have in common.

import type { DensitySides, Key, Scaling } from "@likely/core";
import { nll } from "@likely/losses";
import { freeze, train } from "@likely/surrogates";
import { advised, stretched, unwatched } from "./_advised.ts";
import { defaultEngine } from "./default_engine.ts";
import { dataAdvice } from "./_data_advice.ts";
import { dataReference } from "./_data_reference.ts";
import { densityEstimator } from "./density_estimator.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import { networkChoice } from "./_network_choice.ts";
import { keyOfFirst, trainMembers } from "./_train_members.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { versions } from "./_versions.ts";
import type { XColumn } from "./x_column.ts";

/** Trains a density of one side given the other. */
export async function trainDensity(
  key: Key,
  pairs: SimulatedPairs,
  { members = 1, half = false, ...options }: DensityPlan,
): Promise<TrainedDensity> {
  const trained = await trainMembers(key, { ...options, members }, (key) => trainOne(key, pairs, options));
  return await advised(keyOfFirst(key, members), trained, {
    ...options,
    half,
    dataset: pairs.dataset,
    train: (key, dataset, stretch) =>
      trainOne(key, { ...pairs, dataset }, {
        ...unwatched(options),
        ...stretched({ ...DEFAULT_TRAINING, ...options }, stretch),
      }),
  });
}

/** What is trained. */
interface DensityPlan extends DensityTrainingOptions, Pick<DensitySides, "target"> {
  readonly scaling: Scaling;
  readonly columns?: readonly XColumn[];
  /** The embedding was chosen by the data. */
  readonly isOrdered?: boolean;
}

async function trainOne(
  key: Key,
  { dataset, prior, simulator }: SimulatedPairs,
  options: Omit<DensityPlan, "members" | "half">,
): Promise<TrainedDensity> {
  const { target, estimator, embedding, isOrdered = false, columns = [], ...rest } = options;
  const { engine = defaultEngine(), loss = nll(), ...training } = rest;
  const sides = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim, target, ...(embedding && { embedding }) };
  const spec = densityEstimator(sides, estimator);
  const chosen = { network: estimator !== undefined, embedding: embedding !== undefined && !isOrdered };
  const network = networkChoice(spec, chosen);
  const trained = await train(key, dataset, {
    ...DEFAULT_TRAINING,
    ...training,
    engine,
    spec,
    loss,
  });
  const kind = target === "theta" ? "posterior" : "likelihood";
  const advice = dataAdvice(dataset, columns);
  const artifact = freeze(trained, { kind, prior, simulator, versions: versions(), network, advice });
  const reference = await dataReference(artifact, dataset.x, engine);
  return { artifact: { ...artifact, ...reference }, history: trained.history };
}

const DEFAULT_TRAINING = {
  batchSize: 100,
  learningRate: 3e-3,
  schedule: "cosine",
  maxEpochs: 40,
  patience: 20,
} as const;
