// Simulating and training in turns, for one observation.

import {
  type AnySimulator,
  type Artifact,
  type Dataset,
  type Engine,
  ensemble,
  foldIn,
  type Key,
  loadSimulator,
  membersOf,
  observationRows,
  type Points,
  type Prior,
  priorSpec,
  row,
  simulate,
  type SimulationSource,
  type SimulatorModule,
  split,
  trialWidth,
} from "@likely/core";
import { requireColumns, requireInteger, requireRows } from "@likely/core/check";
import { joinDatasets } from "./_join_datasets.ts";
import type { Proposer, ProposerOptions } from "./_proposer.ts";
import { pairsOf, type Recipe, simulateAndTrain, trainOrKeep } from "./_simulate_and_train.ts";
import { defaultEngine } from "./default_engine.ts";
import type { RoundsPlan } from "./rounds_plan.ts";
import type { SimulatedPairs, SimulationPlan } from "./simulated_pairs.ts";

/** How a recipe trains, and proposes in between. */
export interface RoundsRecipe<T extends Trained> extends Omit<Recipe<T>, "train"> {
  /** Trains on all that is there; for good in the last round. */
  train(key: Key, pairs: SimulatedPairs, isLast: boolean): Promise<T>;
  /** Trials in each x, of which the observation is rows. @default {1} */
  readonly trials?: number | undefined;
  /** Proposes parameters after the first round. */
  readonly proposer: (x: Points, options: ProposerOptions) => Proposer;
  /** Who evaluates for it. */
  readonly engine?: Engine | undefined;
}

/** What a recipe makes. */
interface Trained {
  readonly artifact: Artifact;
  readonly warnings: readonly string[];
}

type Plan = Required<SimulationPlan> & RoundsPlan;

/** Simulates and trains once, or round after round. */
export async function inRounds<T extends Trained>(
  key: Key,
  source: SimulationSource | SimulatorModule,
  plan: Plan,
  recipe: RoundsRecipe<T>,
): Promise<T & { readonly dataset: Dataset }> {
  const { rounds = 1, simulations } = plan;
  requireInteger("simulate in rounds", "rounds", rounds, 1);
  if (rounds === 1) {
    const { train } = recipe;
    return await simulateAndTrain(key, source, plan, {
      ...recipe,
      train: (key, pairs) => train(key, pairs, true),
    });
  }
  requireInteger("simulate in rounds", "simulations", simulations, rounds);
  const { prior, simulator } = "module" in source ? await loadSimulator(source) : source;
  const x = requireObservation(plan.observation, rounds, {
    xDim: trialWidth(simulator.xDim, recipe.trials ?? 1),
    xNames: simulator.xNames,
  });
  // The first round has the fewest. A simulator without a prior is refused by who simulates.
  if (prior) recipe.check({ prior, simulator, simulations: shareOf(simulations, rounds, 0) });
  using proposer = recipe.proposer(x, { engine: recipe.engine ?? defaultEngine(), prior: prior! });
  return await allRounds(key, plan, { source, simulator, prior: prior!, x, proposer, recipe });
}

/** All that rounds have in common. */
interface Rounds<T extends Trained> {
  readonly source: SimulationSource | SimulatorModule;
  readonly simulator: AnySimulator;
  readonly prior: Prior;
  readonly x: Points;
  readonly proposer: Proposer;
  readonly recipe: RoundsRecipe<T>;
}

async function allRounds<T extends Trained>(
  key: Key,
  plan: Plan,
  { source, simulator, prior, x, proposer, recipe }: Rounds<T>,
): Promise<T & { readonly dataset: Dataset }> {
  const { rounds = 1, simulations } = plan;
  const { signals } = recipe;
  let warnings: readonly string[] = [];
  let [theta, pairs, trained]: [Points?, SimulatedPairs?, T?] = [];
  for (let r = 0; r < rounds; r++) {
    const [forData, forTraining] = split(foldIn(key, r), 3);
    const n = shareOf(simulations, rounds, r);
    const fresh = await simulateRound(forData, source, { plan, prior, theta, n, round: r + 1 });
    const dataset: Dataset = pairs ? joinDatasets(pairs.dataset, fresh) : fresh;
    const all: SimulatedPairs = {
      ...pairsOf(simulator, prior, dataset),
      ...(r > 0 && { rounds: about(x, r + 1) }),
    };
    pairs = all;
    trained = await trainOrKeep(all, signals, () => recipe.train(forTraining, all, r === rounds - 1));
    // A training that was stopped proposes nothing, and is what there is.
    if (r === rounds - 1 || signals.some((signal) => signal?.aborted)) break;
    const { artifact } = trained;
    const [, , forProposals] = split(foldIn(key, r + 1), 3);
    const next = shareOf(simulations, rounds, r + 1);
    const proposed = await trainOrKeep(all, signals, () => proposer.propose(forProposals, artifact, next));
    theta = proposed.theta;
    warnings = warnings.concat(proposed.warnings.map((text) => `Round ${r + 2}: ${text}`));
  }
  return { ...warned(trained!, warnings), dataset: pairs!.dataset };
}

function about(x: Points, count: number): NonNullable<SimulatedPairs["rounds"]> {
  return { count, observation: Array.from({ length: x.n }, (_, i) => [...row(x, i)]) };
}

function requireObservation(
  x: RoundsPlan["observation"],
  rounds: number,
  { xDim, xNames }: Pick<AnySimulator, "xDim" | "xNames">,
): Points {
  if (x === undefined) {
    throw new TypeError(
      `Cannot simulate in rounds as ${rounds} rounds must have an observation that they are about: there is none`,
    );
  }
  const rows = observationRows("simulate in rounds", x, xNames);
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
  return simulate(key, theta ? { ...source, prior: proposing(prior, theta) } : source, n, {
    ...plan.simulation,
    ...(path !== undefined && { path: `${path}/round${round}` }),
    ...(theta && { proposal: `round ${round}` }),
  });
}

/** The prior, whose draws are these; a prior of the user's own may be of a class. */
function proposing(prior: Prior, theta: Points): Prior {
  const { names, dim, support } = prior;
  return {
    names,
    dim,
    support,
    spec: priorSpec(prior),
    sample: () => theta,
    logDensity: (theta) => prior.logDensity(theta),
    score: (theta) => prior.score(theta),
  };
}

/** What was trained, with what speaks against its proposals, whatever member is asked. */
function warned<T extends Trained>(trained: T, more: readonly string[]): T {
  if (more.length === 0) return trained;
  const members = membersOf(trained.artifact).map((member) => {
    const { warnings = [] } = member.provenance;
    return { ...member, provenance: { ...member.provenance, warnings: [...warnings, ...more] } };
  });
  return { ...trained, artifact: ensemble(members), warnings: [...trained.warnings, ...more] };
}
