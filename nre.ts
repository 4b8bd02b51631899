/**
 * Neural ratio estimation in one call.
 *
 * @module
 */

import {
  type Dataset,
  type Key,
  type SimulateOptions,
  type SimulationSource,
  type SimulatorModule,
  split,
} from "@likely/core";
import { simulatedPairs } from "./_simulated_pairs.ts";
import { type TrainedRatio, trainRatio, type TrainRatioOptions } from "./train_ratio.ts";

/** Options of {@linkcode nre}. */
export interface NreOptions extends Omit<TrainRatioOptions, "onProgress"> {
  /**
   * Rows to simulate, failed ones included.
   *
   * @default {10_000}
   */
  readonly simulations?: number;
  /** How to simulate: workers, storage, progress, and whether to use exact scores. */
  readonly simulation?: SimulateOptions;
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
export async function nre(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NreOptions = {},
): Promise<Nre> {
  const { simulations = 10_000, simulation = {}, ...training } = options;
  const [forData, forTraining] = split(key, 2);
  const pairs = await simulatedPairs(forData, source, simulations, simulation);
  return { ...await trainRatio(forTraining, pairs, training), dataset: pairs.dataset };
}
