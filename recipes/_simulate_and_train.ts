import {
  type Dataset,
  type Key,
  loadSimulator,
  type Prior,
  simulate,
  type SimulationSource,
  type Simulator,
  type SimulatorModule,
  split,
} from "@likely/core";
import type { SimulatedPairs, SimulationPlan } from "./simulated_pairs.ts";

/** What every recipe does: it simulates from the prior, then trains on the pairs. */
export async function simulateAndTrain<Trained>(
  key: Key,
  source: SimulationSource | SimulatorModule,
  { simulations, simulation }: Required<SimulationPlan>,
  train: (key: Key, pairs: SimulatedPairs) => Promise<Trained>,
): Promise<Trained & { readonly dataset: Dataset }> {
  const [forData, forTraining] = split(key, 2);
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const dataset = await simulate(forData, source, simulations, simulation);
  return { ...await train(forTraining, pairsOf(simulator, prior!, dataset)), dataset };
}

/** What was simulated, and of what. */
export function pairsOf(simulator: Simulator, prior: Prior, dataset: Dataset): SimulatedPairs {
  return {
    simulator: simulator.name,
    prior: prior.spec,
    dataset,
    ...(simulator.score && { score: simulator.score.bind(simulator) }),
  };
}
