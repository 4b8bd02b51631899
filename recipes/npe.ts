/**
 * Neural posterior estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { simulateAndTrain } from "./_simulate_and_train.ts";
import { requireDensityOptions } from "./_train_density.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { type TrainedPosterior, trainPosterior, type TrainPosteriorOptions } from "./train_posterior.ts";

/** Options of {@linkcode npe}. */
export interface NpeOptions extends SimulationPlan, Omit<TrainPosteriorOptions, "onProgress"> {
  /** Told after every epoch of training. */
  readonly onProgress?: NonNullable<TrainPosteriorOptions["onProgress"]>;
}

/** A surrogate, how its training went, and what it was trained on. */
export interface Npe extends TrainedPosterior {
  /** The simulated pairs. */
  readonly dataset: Dataset;
}

/**
 * Simulates from the prior and trains a posterior for any observation: draws come at once, without
 * a Markov chain, and their density is exact.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, estimator, training, progress.
 * @returns The surrogate with its learning curves and data.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, npe, posterior, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await npe(key(0), twoMoons(), {
 *   simulations: 500,
 *   maxEpochs: 2,
 *   estimator: { kind: "maf", transforms: 2, hidden: [16], activation: "silu" },
 * });
 * using given = await posterior(artifact, [0.1, 0.2]);
 * const draws = await given.sample(key(1), 1000);
 * assert(draws.values.every((value) => Math.abs(value) < 1));
 * ```
 */
export function npe(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NpeOptions = {},
): Promise<Npe> {
  const { simulations = 10_000, simulation = {}, ...training } = options;
  return simulateAndTrain(
    key,
    source,
    { simulations, simulation },
    {
      check: (planned) => requireDensityOptions(training, planned, "theta"),
      train: (forTraining, pairs) => trainPosterior(forTraining, pairs, training),
      signals: [training.signal],
    },
  );
}
