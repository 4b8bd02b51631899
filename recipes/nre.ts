/**
 * Neural ratio estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { simulateAndTrain } from "./_simulate_and_train.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { requireRatioOptions } from "./_require_options.ts";
import { type TrainedRatio, trainRatio, type TrainRatioOptions } from "./train_ratio.ts";

/** Options of {@linkcode nre}. */
export interface NreOptions extends SimulationPlan, Omit<TrainRatioOptions, "onProgress"> {
  /** Told after every epoch of training. */
  readonly onProgress?: NonNullable<TrainRatioOptions["onProgress"]>;
}

/** A surrogate, how its training went, and what it was trained on. */
export interface Nre extends TrainedRatio {
  /** The simulated pairs. */
  readonly dataset: Dataset;
}

/**
 * Simulates from the prior and trains a likelihood-ratio surrogate, good for any observation.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, network, training, progress.
 * @returns The surrogate with its learning curves and data.
 * @throws {TypeError | RangeError} If options do not fit, before anything is simulated; or as `simulate`.
 * @throws {UntrainedError} If training fails after that; it carries what was simulated.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, nre, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * assertEquals(artifact.provenance.simulations, 300);
 * ```
 */
export function nre(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NreOptions = {},
): Promise<Nre> {
  const { simulations = 10_000, simulation = {}, ...training } = options;
  return simulateAndTrain(
    key,
    source,
    { simulations, simulation },
    {
      check: (planned) => requireRatioOptions(training, planned),
      train: (forTraining, pairs) => trainRatio(forTraining, pairs, training),
      signals: [training.signal, training.refresh?.signal],
    },
  );
}
