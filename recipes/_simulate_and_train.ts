import {
  type Dataset,
  type Key,
  loadSimulator,
  simulate,
  type SimulateOptions,
  type SimulationSource,
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
  const pairs = await simulatedPairs(forData, source, simulations, simulation);
  return { ...await train(forTraining, pairs), dataset: pairs.dataset };
}

/** Simulates `n` rows from the prior, and says of what. */
async function simulatedPairs(
  key: Key,
  source: SimulationSource | SimulatorModule,
  n: number,
  options: SimulateOptions,
): Promise<SimulatedPairs> {
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const dataset = await simulate(key, source, n, options);
  return {
    simulator: simulator.name,
    prior: prior!.spec,
    dataset,
    ...(simulator.score && { score: simulator.score.bind(simulator) }),
  };
}
