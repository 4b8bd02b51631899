import {
  type Key,
  loadSimulator,
  simulate,
  type SimulateOptions,
  type SimulationSource,
  type SimulatorModule,
} from "@likely/core";
import type { SimulatedPairs } from "./train_ratio.ts";

/** Simulates `n` rows from the prior, and says of what. */
export async function simulatedPairs(
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
