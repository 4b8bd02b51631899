import {
  type AnySimulator,
  type Dataset,
  type Key,
  loadSimulator,
  type Prior,
  simulate,
  type SimulationSource,
  type SimulatorModule,
  split,
} from "@likely/core";
import type { SimulatedPairs, SimulationPlan } from "./simulated_pairs.ts";
import { UntrainedError } from "./untrained_error.ts";

/** What is going to be simulated. */
export interface Planned {
  readonly prior: Prior;
  readonly simulator: AnySimulator;
  /** Rows, failed ones included. */
  readonly simulations: number;
}

/** How a recipe trains. */
export interface Recipe<Trained> {
  /** Throws at options that cannot be, while that costs no simulation. */
  check(planned: Planned): void;
  train(key: Key, pairs: SimulatedPairs): Promise<Trained>;
  /** What may stop training; the reason is passed on as it is. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** What every recipe does: it simulates from the prior, then trains on the pairs. */
export async function simulateAndTrain<Trained>(
  key: Key,
  source: SimulationSource | SimulatorModule,
  { simulations, simulation }: Required<SimulationPlan>,
  { check, train, signals }: Recipe<Trained>,
): Promise<Trained & { readonly dataset: Dataset }> {
  const [forData, forTraining] = split(key, 2);
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  // A simulator without a prior is refused by who simulates.
  if (prior) check({ prior, simulator, simulations });
  const dataset = await simulate(forData, source, simulations, simulation);
  const pairs = pairsOf(simulator, prior!, dataset);
  return { ...await trainOrKeep(pairs, signals, () => train(forTraining, pairs)), dataset };
}

/** What was simulated, and of what. */
export function pairsOf(simulator: AnySimulator, prior: Prior, dataset: Dataset): SimulatedPairs {
  return {
    simulator: simulator.name,
    ...(simulator.xNames && { xNames: simulator.xNames }),
    prior,
    dataset,
    ...(simulator.score && { score: simulator.score.bind(simulator) }),
  };
}

/** Does what comes after simulating; should it fail, what was simulated travels along. */
export async function trainOrKeep<T>(
  pairs: SimulatedPairs,
  signals: Recipe<T>["signals"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signals.some((signal) => signal?.aborted && signal.reason === cause)) throw cause;
    throw new UntrainedError(
      `Cannot train on what was simulated (it is in this error's pairs): ${(cause as Error).message}`,
      pairs,
      { cause },
    );
  }
}
