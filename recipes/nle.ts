/**
 * Neural likelihood estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { requireKey, requireOptions, requireSource } from "@likely/core/check";
import { NLE } from "./_option_names.ts";
import { inRounds } from "./_in_rounds.ts";
import { posteriorProposer } from "./_proposer.ts";
import type { RoundsPlan } from "./rounds_plan.ts";
import { requireDensityOptions } from "./_train_density.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { type TrainedLikelihood, trainLikelihood, type TrainLikelihoodOptions } from "./train_likelihood.ts";

/** Options of {@linkcode nle}. */
export interface NleOptions extends SimulationPlan, RoundsPlan, Omit<TrainLikelihoodOptions, "onProgress"> {
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
 * With an `observation` and several `rounds` later simulations are of parameters from the posterior of
 * the round before: for a likelihood any are right, and these are where it matters. The artifact then
 * knows less elsewhere, and `posterior` warns of other observations.
 *
 * Source for rounds: Papamakarios, Sterratt & Murray (2019), https://arxiv.org/abs/1805.07226.
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
export async function nle(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: NleOptions = {},
): Promise<Nle> {
  requireKey("learn a likelihood", key);
  requireSource("learn a likelihood", source);
  requireOptions<NleOptions>("learn a likelihood", options, NLE);
  const { simulations = 10_000, simulation = {}, observation, rounds = 1, ...training } = options;
  const plan = { simulations, simulation, rounds, ...(observation && { observation }) };
  return await inRounds(key, source, plan, {
    check: (planned) => requireDensityOptions(training, planned, "x"),
    trials: training.trials,
    train: (key, pairs, isLast) =>
      trainLikelihood(key, pairs, isLast ? training : { ...training, half: false }),
    signals: [training.signal],
    proposer: posteriorProposer,
    engine: training.engine,
  });
}
