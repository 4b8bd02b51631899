/**
 * Neural likelihood estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { simulateAndTrain } from "./_simulate_and_train.ts";
import { requireDensityOptions } from "./_train_density.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { type TrainedLikelihood, trainLikelihood, type TrainLikelihoodOptions } from "./train_likelihood.ts";

/** Options of {@linkcode nle}. */
export interface NleOptions extends SimulationPlan, Omit<TrainLikelihoodOptions, "onProgress"> {
  /** Told after every epoch of training. */
  readonly onProgress?: NonNullable<TrainLikelihoodOptions["onProgress"]>;
}

/** A surrogate, how its training went, and what it was trained on. */
export interface Nle extends TrainedLikelihood {
  /** The simulated pairs. */
  readonly dataset: Dataset;
}

/**
 * Simulates from the prior and trains a likelihood, for any observation and any number of them.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, estimator, training, progress.
 * @returns The surrogate with its learning curves and data.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, nle, posterior, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nle(key(0), twoMoons(), {
 *   simulations: 500,
 *   maxEpochs: 2,
 *   estimator: { kind: "maf", transforms: 2, hidden: [16], activation: "silu" },
 * });
 * using given = await posterior(artifact, [0.1, 0.2], { warmup: 50 });
 * const draws = await given.sample(key(1), 100);
 * assert(draws.values.every((value) => Math.abs(value) < 1));
 * ```
 */
export function nle(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NleOptions = {},
): Promise<Nle> {
  const { simulations = 10_000, simulation = {}, ...training } = options;
  return simulateAndTrain(
    key,
    source,
    { simulations, simulation },
    {
      check: (planned) => requireDensityOptions(training, planned, "x"),
      train: (forTraining, pairs) => trainLikelihood(forTraining, pairs, training),
      signals: [training.signal],
    },
  );
}
