// What training a posterior and training a likelihood have in common.

import type { DensitySides, Key, Scaling } from "@likely/core";
import { nll } from "@likely/losses";
import { freeze, train } from "@likely/surrogates";
import { defaultEngine } from "./default_engine.ts";
import { dataReference } from "./_data_reference.ts";
import { densityEstimator } from "./density_estimator.ts";
import type { DensityTrainingOptions, TrainedDensity } from "./density_training.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { versions } from "./_versions.ts";

/** Trains a density of one side given the other. */
export async function trainDensity(
  key: Key,
  { dataset, prior, simulator }: SimulatedPairs,
  options: DensityTrainingOptions & Pick<DensitySides, "target"> & { readonly scaling: Scaling },
): Promise<TrainedDensity> {
  const { target, estimator, embedding, engine = defaultEngine(), loss = nll(), ...training } = options;
  const sides = { thetaDim: dataset.theta.dim, xDim: dataset.x.dim, target, ...(embedding && { embedding }) };
  const spec = densityEstimator(sides, estimator);
  const trained = await train(key, dataset, {
    ...DEFAULT_TRAINING,
    learningRate: LEARNING_RATES[spec.kind],
    ...training,
    engine,
    spec,
    loss,
  });
  const kind = target === "theta" ? "posterior" : "likelihood";
  const artifact = freeze(trained, { kind, prior, simulator, versions: versions() });
  const reference = await dataReference(artifact, dataset.x, engine);
  return { artifact: { ...artifact, ...reference }, history: trained.history };
}

// What is learned in a given time goes with the number of steps, and steps of few rows are cheap.
const DEFAULT_TRAINING = {
  batchSize: 25,
  schedule: "cosine",
  maxEpochs: 60,
  patience: 20,
} as const;

// What masked transforms have to learn is often linear, and learned in few epochs.
const LEARNING_RATES = { mdn: 5e-3, maf: 3e-3, nsf: 5e-3 } as const;
