/**
 * Neural posterior estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { requireKey, requireOptions, requireSource } from "@likely/core/check";
import { NPE } from "./_option_names.ts";
import { inRounds } from "./_in_rounds.ts";
import { truncatedProposer } from "./_truncated_proposer.ts";
import type { RoundsPlan } from "./rounds_plan.ts";
import { requireDensityOptions } from "./_train_density.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { type TrainedPosterior, trainPosterior, type TrainPosteriorOptions } from "./train_posterior.ts";

/** Options of {@linkcode npe}. */
export interface NpeOptions extends SimulationPlan, RoundsPlan, Omit<TrainPosteriorOptions, "onProgress"> {
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
 * With an `observation` and several `rounds` it learns the posterior of that one alone, from fewer
 * simulations: later rounds are of the prior where the posterior of the round before has all but
 * 1e-4 of its mass, so that the loss stays as it is. Where hardly any of the prior is left there,
 * proposals come from that posterior by importance weights, and `warnings` say so.
 * The artifact answers for no other observation.
 *
 * Source for rounds: Deistler, Gonçalves & Macke (2022), https://arxiv.org/abs/2210.04815.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, rounds, estimator, training, progress.
 * @returns The surrogate with its learning curves and data.
 * @throws {TypeError | RangeError} If options or the observation do not fit, before anything is simulated; or
 * as `simulate`.
 * @throws {UntrainedError} If training fails after that; it carries what was simulated, in all rounds.
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
export async function npe(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NpeOptions = {},
): Promise<Npe> {
  requireKey("learn a posterior", key);
  requireSource("learn a posterior", source);
  requireOptions<NpeOptions>("learn a posterior", options, NPE);
  const { simulations = 10_000, simulation = {}, observation, rounds = 1, ...training } = options;
  const plan = { simulations, simulation, rounds, ...(observation && { observation }) };
  return await inRounds(key, source, plan, {
    check: (planned) => requireDensityOptions(training, planned, "theta"),
    train: (key, pairs, isLast) =>
      trainPosterior(key, pairs, isLast ? training : { ...training, half: false }),
    signals: [training.signal],
    proposer: truncatedProposer,
    engine: training.engine,
  });
}
