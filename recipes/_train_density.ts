// What training a posterior and training a likelihood have in common.

import type { DensitySides, Key, Scaling } from "@likely/core";
import { nll } from "@likely/losses";
import { freeze, train } from "@likely/surrogates";
import { defaultEngine } from "./default_engine.ts";
import { dataAdvice } from "./_data_advice.ts";
import { dataReference } from "./_data_reference.ts";
import { densityEstimator } from "./density_estimator.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import { trainMembers } from "./_train_members.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { versions } from "./_versions.ts";
import type { XColumn } from "./x_column.ts";

/** Trains a density of one side given the other. */
export function trainDensity(
  key: Key,
  pairs: SimulatedPairs,
  { members = 1, ...options }: DensityPlan,
): Promise<TrainedDensity> {
  return trainMembers(key, { ...options, members }, (key) => trainOne(key, pairs, options));
}

/** What is trained. */
interface DensityPlan extends DensityTrainingOptions, Pick<DensitySides, "target"> {
  readonly scaling: Scaling;
  readonly columns?: readonly XColumn[];
}

async function trainOne(
  key: Key,
  { dataset, prior, simulator }: SimulatedPairs,
  options: Omit<DensityPlan, "members">,
): Promise<TrainedDensity> {
  const { target, estimator, embedding, columns = [], ...rest } = options;
  const { engine = defaultEngine(), loss = nll(), ...training } = rest;
  const sides = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim, target, ...(embedding && { embedding }) };
  const trained = await train(key, dataset, {
    ...DEFAULT_TRAINING,
    ...training,
    engine,
    spec: densityEstimator(sides, estimator),
    loss,
  });
  const kind = target === "theta" ? "posterior" : "likelihood";
  const advice = dataAdvice(dataset, columns);
  const artifact = freeze(trained, { kind, prior, simulator, versions: versions(), advice });
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
