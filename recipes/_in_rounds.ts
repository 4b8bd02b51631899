// Simulating and training in turns, for one observation.

import {
  type Artifact,
  type Dataset,
  type Engine,
  ensemble,
  foldIn,
  fromRows,
  type Key,
  loadSimulator,
  membersOf,
  type Points,
  type Prior,
  type Provenance,
  row,
  simulate,
  type SimulationSource,
  type SimulatorModule,
  split,
} from "@likely/core";
import { requireColumns, requireInteger, requireRows } from "@likely/core/check";
import { withAdvice } from "./_advised.ts";
import { joinDatasets } from "./_join_datasets.ts";
import type { Proposer } from "./_proposer.ts";
import { pairsOf, simulateAndTrain } from "./_simulate_and_train.ts";
import { defaultEngine } from "./default_engine.ts";
import type { RoundsPlan } from "./rounds_plan.ts";
import type { SimulatedPairs, SimulationPlan } from "./simulated_pairs.ts";

/** What a recipe does in every round. */
export interface Recipe<T extends { readonly artifact: Artifact }> {
  /** Trains on all that is there; for good in the last round. */
  train(key: Key, pairs: SimulatedPairs, isLast: boolean): Promise<T>;
  /** Proposes parameters after the first round. */
  readonly proposer: (x: Points, engine: Engine) => Proposer;
  /** Who evaluates for it. */
  readonly engine?: Engine | undefined;
}

type Plan = Required<SimulationPlan> & RoundsPlan;

/** Simulates and trains once, or round after round. */
export async function inRounds<T extends { readonly artifact: Artifact }>(
  key: Key,
  source: SimulationSource | SimulatorModule,
  plan: Plan,
  recipe: Recipe<T>,
): Promise<T & { readonly dataset: Dataset }> {
  const { rounds = 1, simulations } = plan;
  requireInteger("simulate in rounds", "rounds", rounds, 1);
  if (rounds === 1) {
    return await simulateAndTrain(key, source, plan, (key, pairs) => recipe.train(key, pairs, true));
  }
  requireInteger("simulate in rounds", "simulations", simulations, rounds);
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const x = requireObservation(plan.observation, rounds, simulator.xDim);
  using proposer = recipe.proposer(x, recipe.engine ?? defaultEngine());
  let advice: readonly string[] = [];
  let dataset: Dataset | undefined;
  let trained: T | undefined;
  for (let r = 0; r < rounds; r++) {
    const [forData, forTraining, forProposals] = split(foldIn(key, r), 3);
    const n = shareOf(simulations, rounds, r);
    let theta: Points | undefined;
    if (trained) {
      const proposed = await proposer.propose(forProposals, trained.artifact, n);
      theta = proposed.theta;
      advice = advice.concat(proposed.advice.map((text) => `Round ${r + 1}: ${text}`));
    }
    const fresh = await simulateRound(forData, source, { plan, prior: prior!, theta, n, round: r + 1 });
    dataset = dataset ? joinDatasets(dataset, fresh) : fresh;
    trained = await recipe.train(forTraining, pairsOf(simulator, prior!, dataset), r === rounds - 1);
  }
  const about = { count: rounds, observation: Array.from({ length: x.n }, (_, i) => [...row(x, i)]) };
  const artifact = told(trained!.artifact, about, advice);
  return { ...trained!, artifact, dataset: dataset! };
}

function requireObservation(x: RoundsPlan["observation"], rounds: number, xDim: number): Points {
  if (x === undefined) {
    throw new TypeError(
      `Cannot simulate in rounds as ${rounds} rounds must have an observation that they are about: there is none`,
    );
  }
  const rows = "data" in x ? x : fromRows([x]);
  requireColumns("simulate in rounds", "the observation", rows, xDim);
  requireRows("simulate in rounds", "the observation", rows, 1);
  return rows;
}

/** Equal shares, what is left over in the last one. */
function shareOf(simulations: number, rounds: number, r: number): number {
  const each = Math.floor(simulations / rounds);
  return r < rounds - 1 ? each : simulations - each * (rounds - 1);
}

interface Round {
  readonly plan: Plan;
  readonly prior: Prior;
  /** Absent in the first round. */
  readonly theta: Points | undefined;
  readonly n: number;
  readonly round: number;
}

function simulateRound(
  key: Key,
  source: SimulationSource | SimulatorModule,
  { plan, prior, theta, n, round }: Round,
): Promise<Dataset> {
  const { path } = plan.simulation;
  return simulate(key, theta ? { ...source, prior: { ...prior, sample: () => theta } } : source, n, {
    ...plan.simulation,
    ...(path !== undefined && { path: `${path}/round${round}` }),
    ...(theta && { proposal: `round ${round}` }),
  });
}

/** The surrogate, with what holds of it whatever member is asked. */
function told(
  artifact: Artifact,
  rounds: NonNullable<Provenance["rounds"]>,
  advice: readonly string[],
): Artifact {
  const members = membersOf(artifact).map((member) => ({
    ...member,
    provenance: { ...member.provenance, rounds },
  }));
  return withAdvice(ensemble(members), advice);
}
