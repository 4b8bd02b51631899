/**
 * Neural ratio estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { requireKey, requireOptions, requireSource } from "@likely/core/check";
import { NRE } from "./_option_names.ts";
import { inRounds } from "./_in_rounds.ts";
import { posteriorProposer } from "./_proposer.ts";
import type { RoundsPlan } from "./rounds_plan.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { requireRatioOptions } from "./_require_options.ts";
import { type TrainedRatio, trainRatio, type TrainRatioOptions } from "./train_ratio.ts";

/** Options of {@linkcode nre}. */
export interface NreOptions extends SimulationPlan, RoundsPlan, Omit<TrainRatioOptions, "onProgress"> {
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
 * With an `observation` and several `rounds` later simulations are of parameters from the posterior of
 * the round before. Pairs are then told from others of the same parameters: what is learned is
 * log p(x | θ) less the log evidence of all proposals, which does not depend on θ, so that prior times
 * ratio is the posterior still. The artifact then knows less elsewhere, and `posterior` warns of other
 * observations.
 *
 * Source for rounds: Hermans, Begy & Louppe (2020), https://arxiv.org/abs/1903.04057.
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, rounds, network, training, progress.
 * @returns The surrogate with its learning curves and data.
 * @throws {TypeError | RangeError} If options or the observation do not fit, before anything is simulated; or
 * as `simulate`.
 * @throws {UntrainedError} If training fails after that; it carries what was simulated, in all rounds.
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
  requireKey("learn a ratio", key);
  requireSource("learn a ratio", source);
  requireOptions<NreOptions>("learn a ratio", options, NRE);
  const { simulations = 10_000, simulation = {}, observation, rounds = 1, ...training } = options;
  requireNoRefresh(rounds, training);
  const plan = { simulations, simulation, rounds, ...(observation && { observation }) };
  return await inRounds(key, source, plan, {
    check: (planned) => requireRatioOptions(training, planned),
    train: (key, pairs, isLast) => trainRatio(key, pairs, isLast ? training : { ...training, half: false }),
    signals: [training.signal, training.refresh?.signal],
    proposer: posteriorProposer,
    engine: training.engine,
  });
}

function requireNoRefresh(rounds: number, { refresh }: TrainRatioOptions): void {
  if (rounds === 1 || !refresh) return;
  throw new TypeError(
    `Cannot refresh pairs of ${rounds} rounds as their parameters must be draws of the prior: give one of the two`,
  );
}
