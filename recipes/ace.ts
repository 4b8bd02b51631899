/**
 * Amortised cost estimation in one call.
 *
 * @module
 */

import type { Dataset, Key, SimulationSource, SimulatorModule } from "@likely/core";
import { requireKey, requireOptions, requireSource } from "@likely/core/check";
import { ACE } from "./_option_names.ts";
import { simulateAndTrain } from "./_simulate_and_train.ts";
import type { SimulationPlan } from "./simulated_pairs.ts";
import { requireCostOptions } from "./_require_options.ts";
import { trainCost, type TrainCostOptions, type TrainedCost } from "./train_cost.ts";

/** Options of {@linkcode ace}. */
export interface AceOptions extends SimulationPlan, TrainCostOptions {}

/** A surrogate, how its training went, and what it was trained on. */
export interface Ace extends TrainedCost {
  /** The simulated pairs. */
  readonly dataset: Dataset;
}

/**
 * Simulates from the prior and trains a cost surrogate, good for the generalized posterior
 * `p(θ) exp(−β E d(x, x_o))` of any observation and any β: see {@linkcode posterior}.
 *
 * Unlike a likelihood, a cost is minded even where no parameters explain the data: the posterior
 * gathers where simulations come close, and β says how closely they must. For help with β see
 * {@linkcode chooseBeta} and {@linkcode betaPath}.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian inference for scientific
 * simulators via amortized cost estimation", https://arxiv.org/abs/2305.15208
 *
 * @param key The key to consume.
 * @param source A prior and a simulator (such as a task), or the module of one, for workers.
 * @param options Numbers, distance, network, training, progress.
 * @returns The surrogate with its learning curves and data.
 * @throws {TypeError | RangeError} If options do not fit, before anything is simulated; or as `simulate`.
 * @throws {UntrainedError} If training fails after that; it carries what was simulated.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ace, independent, key, posterior, simulator, uniform } from "@likely/sbi";
 *
 * const prior = independent({ angle: uniform(0, 1.5) });
 * const ball = simulator({
 *   name: "ball",
 *   thetaDim: 1,
 *   xDim: 1,
 *   simulate: (random, [angle]) => [Math.sin(2 * angle!) + 0.1 * random.uniform()],
 * });
 * const { artifact } = await ace(key(0), { prior, simulator: ball }, { simulations: 500, maxEpochs: 20 });
 * // No ball flies as far as 1.3: the posterior is where it comes closest, around π/4.
 * using given = await posterior(artifact, [1.3], { beta: 50, sampler: "hmc", chains: 20, warmup: 30 });
 * const { values } = await given.sample(key(1), 200);
 * assert(Math.abs(values.reduce((a, b) => a + b) / values.length - Math.PI / 4) < 0.1);
 * ```
 */
export async function ace(
  key: Key,
  source: SimulationSource | SimulatorModule,
  options: AceOptions = {},
): Promise<Ace> {
  requireKey("learn a cost", key);
  requireSource("learn a cost", source);
  requireOptions<AceOptions>("learn a cost", options, ACE);
  const { simulations = 10_000, simulation = {}, ...training } = options;
  return await simulateAndTrain(
    key,
    source,
    { simulations, simulation },
    {
      check: (planned) => requireCostOptions(training, planned),
      train: (forTraining, pairs) => trainCost(forTraining, pairs, training),
      signals: [training.signal],
    },
  );
}
