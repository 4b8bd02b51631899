/**
 * Several cost networks that know where they disagree.
 *
 * @module
 */

import {
  type Artifact,
  type Draws,
  type Engine,
  foldIn,
  fromRows,
  gatherRows,
  type Key,
  type LogDensity,
  type Points,
  points,
  type Posterior,
  priorFrom,
  row,
  split,
  stream,
} from "@likely/core";
import { requireInteger, requireNonNegative } from "@likely/core/check";
import { convergenceWarnings } from "@likely/diagnostics";
import { defaultEngine } from "./compile.ts";
import { observed } from "./_observed.ts";
import { observationWarnings } from "./observation_warnings.ts";
import { sampledPosterior } from "./_sampling.ts";
import { scaled } from "./_scaled.ts";
import type { PosteriorOptions } from "./posterior.ts";
import { trainCost, type TrainCostOptions } from "./train_cost.ts";
import type { SimulatedPairs } from "./train_ratio.ts";

/** Options of {@linkcode costEnsemble}: those of each network, and how many. */
export interface CostEnsembleOptions extends TrainCostOptions {
  /**
   * Networks, ≥ 2.
   *
   * @default {5}
   */
  readonly members?: number;
}

/** Cost surrogates trained on the same simulations from different starts. */
export interface CostEnsemble {
  /** The surrogates, each a whole one. */
  readonly members: readonly Artifact[];
  /** `[200]`, rising: how far members disagree on simulated x, see {@linkcode costSpread}. */
  readonly spreads: Float64Array;
}

/**
 * Trains several cost surrogates on the same simulations. Where they disagree, the data did not
 * tell: on observations far from every target, most of all.
 *
 * Source: Lakshminarayanan, Pritzel & Blundell (2017), "Simple and scalable predictive
 * uncertainty estimation using deep ensembles", https://arxiv.org/abs/1612.01474
 *
 * @param key The key to consume; split, one for each member.
 * @param pairs What was simulated.
 * @param options As of {@linkcode trainCost}, and the number of members.
 * @returns The ensemble.
 * @throws {RangeError} If there are fewer than two members, or as of {@linkcode trainCost}.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { costEnsemble, key, simulate, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const dataset = await simulate(key(0), { prior, simulator }, 300);
 * const pairs = { simulator: simulator.name, prior: prior.spec, dataset };
 * const ensemble = await costEnsemble(key(1), pairs, { members: 2, maxEpochs: 2, structure: "free" });
 * assertEquals(ensemble.members.length, 2);
 * ```
 */
export async function costEnsemble(
  key: Key,
  pairs: SimulatedPairs,
  options: CostEnsembleOptions = {},
): Promise<CostEnsemble> {
  const { members: count = 5, ...training } = options;
  requireInteger("train an ensemble", "members", count, 2);
  const [forTraining, forReference] = split(key, 2) as [Key, Key];
  const members: Artifact[] = [];
  for (let m = 0; m < count; m++) {
    members.push((await trainCost(foldIn(forTraining, m), pairs, training)).artifact);
  }
  const random = stream(forReference);
  const { x } = pairs.dataset;
  const spreads = new Float64Array(REFERENCES);
  for (let i = 0; i < REFERENCES; i++) {
    const target = row(x, Math.floor(random.uniform() * x.n));
    spreads[i] = await costSpread(members, target, training.engine ? { engine: training.engine } : {});
  }
  return { members, spreads: spreads.sort() };
}

/** Options of {@linkcode costSpread}. */
export interface CostSpreadOptions {
  /**
   * `[n, d]`: the parameters to ask about.
   *
   * @default {undefined} 64 draws of the prior, always the same.
   */
  readonly theta?: Points;
  /**
   * Who evaluates.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/**
 * How far cost surrogates disagree about an observation: the standard deviation over members of
 * the cost of one θ, averaged over θ; in units of the distance.
 *
 * @param members At least two surrogates of one cost.
 * @param x `[p]`, the observation.
 * @param options Where to ask.
 * @returns The mean standard deviation.
 */
export async function costSpread(
  members: readonly Artifact[],
  x: ArrayLike<number>,
  options: CostSpreadOptions = {},
): Promise<number> {
  const { engine = defaultEngine(), theta = priorFrom(members[0]!.prior).sample(PROBE, 64) } = options;
  using costs = await conditioned(members, fromRows([x]), engine);
  const deviations = costs.each(theta);
  const squares = Array.from(
    { length: theta.n },
    (_, i) => deviations.reduce((sum, values) => sum + values[i]! ** 2, 0) / (deviations.length - 1),
  );
  return squares.reduce((sum, square) => sum + Math.sqrt(square), 0) / theta.n;
}

/**
 * Conditions an ensemble on an observation: the generalized posterior of the mean cost.
 *
 * Warnings tell where the ensemble is out of its depth. At once, when the observation is unlike the
 * simulations, or members disagree about it more than about 99 % of simulated ones; with the
 * draws, when β turns their disagreement about those into more than one nat, so that the posterior's
 * shape is not known.
 *
 * Holds engine memory until disposed.
 *
 * @param ensemble The surrogates.
 * @param x `[p]`, the observation.
 * @param options Sampler, β, engine.
 * @returns The posterior.
 * @throws {TypeError | RangeError} If the observation or an option does not fit.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { costEnsemble, ensemblePosterior, key, simulate, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const dataset = await simulate(key(0), { prior, simulator }, 300);
 * const pairs = { simulator: simulator.name, prior: prior.spec, dataset };
 * const ensemble = await costEnsemble(key(1), pairs, { members: 2, maxEpochs: 2, structure: "free" });
 * using given = await ensemblePosterior(ensemble, [0, 0], { beta: 5, warmup: 50 });
 * assertEquals((await given.sample(key(2), 100)).names, ["theta1", "theta2"]);
 * ```
 */
export async function ensemblePosterior(
  ensemble: CostEnsemble,
  x: ArrayLike<number>,
  options: PosteriorOptions = {},
): Promise<Posterior & Disposable> {
  const { beta = 1, engine = defaultEngine(), ...sampling } = options;
  requireNonNegative("condition an ensemble", "beta", beta);
  const { members, spreads } = ensemble;
  const rows = observed(members[0]!, x);
  const warnings = [
    ...await observationWarnings(members[0]!, rows, { engine }),
    ...farWarnings(await costSpread(members, x, { engine }), spreads),
  ];
  const costs = await conditioned(members, rows, engine);
  const check = (draws: Draws): string[] => [
    ...warnings,
    ...convergenceWarnings(draws),
    ...disagreementWarnings(beta * disagreement(costs, draws)),
  ];
  const how = { check, ...sampling, beta };
  const given = sampledPosterior(priorFrom(members[0]!.prior), scaled(costs, -1), how);
  return { ...given, warnings, [Symbol.dispose]: () => costs[Symbol.dispose]() };
}

/** Members at an observation: the mean of their costs, and what each adds to it. */
interface ConditionedCosts extends LogDensity, Disposable {
  /** `[members][n]`: costs less their mean. */
  each(theta: Points): Float64Array[];
}

async function conditioned(
  members: readonly Artifact[],
  x: Points,
  engine: Engine,
): Promise<ConditionedCosts> {
  const costs = await Promise.all(members.map((member) => engine.logDensity(member, x)));
  const share = 1 / costs.length;
  const average = (parts: readonly Float64Array[]) =>
    parts[0]!.map((_, k) => parts.reduce((sum, part) => sum + share * part[k]!, 0));
  return {
    name: costs[0]!.name,
    dim: costs[0]!.dim,
    evaluate: (theta, options) => {
      const all = costs.map((cost) => cost.evaluate(theta, options));
      const grads = all.flatMap(({ grad }) => grad ? [grad] : []);
      return {
        value: average(all.map(({ value }) => value)),
        ...(grads.length === all.length && { grad: average(grads) }),
      };
    },
    each: (theta) => {
      const values = costs.map((cost) => cost.evaluate(theta, { gradient: false }).value);
      const centre = average(values);
      return values.map((value) => value.map((v, i) => v - centre[i]!));
    },
    [Symbol.dispose]: () => costs.forEach((cost) => cost[Symbol.dispose]()),
  };
}

/** How far members disagree about differences of cost among draws: what shapes the posterior. */
function disagreement(costs: ConditionedCosts, draws: Draws): number {
  const all = points(draws.values, draws.names.length);
  const theta = gatherRows(all, Array.from({ length: 200 }, (_, i) => Math.floor(i * all.n / 200)));
  const each = costs.each(theta);
  const squares = each.map((values) => {
    const offset = values.reduce((a, b) => a + b) / values.length;
    return values.reduce((sum, value) => sum + (value - offset) ** 2, 0) / values.length;
  });
  return Math.sqrt(squares.reduce((a, b) => a + b) / (each.length - 1));
}

function farWarnings(spread: number, reference: Float64Array): string[] {
  const limit = reference[Math.floor(0.99 * reference.length)]!;
  if (spread <= limit) return [];
  return [
    `The cost networks disagree by ${spread.toPrecision(2)} about this observation, more than about ` +
    `99 % of simulated ones (${limit.toPrecision(2)}): it lies outside what they were trained on; ` +
    `train with noisier targets, or with this observation as one`,
  ];
}

function disagreementWarnings(nats: number): string[] {
  if (nats <= 1) return [];
  return [
    `The cost networks disagree by ${nats.toPrecision(2)} nats about these draws: beta is larger than ` +
    `the cost is known well enough for; take a smaller one or more simulations`,
  ];
}

/** Simulated observations that tell what disagreement is usual. */
const REFERENCES = 200;

// Not a source of randomness but a fixed set of parameters, the same for every observation.
const PROBE: Key = { hi: 0, lo: 0 };
