/**
 * From several cost surrogates and an observation to a posterior.
 *
 * @module
 */

import { type Artifact, type Draws, gatherRows, points, type Posterior, priorFrom } from "@likely/core";
import { requireNonNegative } from "@likely/core/check";
import { convergenceWarnings } from "@likely/diagnostics/convergence-warnings";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { type ConditionedCosts, conditionedCosts } from "./_conditioned_costs.ts";
import { observed } from "./_observed.ts";
import { sampledPosterior } from "./_sampled_posterior.ts";
import { scaled } from "./_scaled.ts";
import { costSpread } from "./cost_spread.ts";
import { observationWarnings } from "./observation_warnings.ts";
import type { PosteriorOptions } from "./posterior_options.ts";

/** Cost surrogates trained on the same simulations from different starts. */
export interface CostEnsemble {
  /** The surrogates, each a whole one. */
  readonly members: readonly Artifact[];
  /** `[200]`, rising: how far members disagree on simulated x, see {@linkcode costSpread}. */
  readonly spreads: Float64Array;
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
  const { beta = 1, engine = fusedEngine(), prior: own, ...sampling } = options;
  requireNonNegative("condition an ensemble", "beta", beta);
  const { members, spreads } = ensemble;
  const prior = priorFrom(members[0]!.prior, own);
  const rows = observed(members[0]!, x);
  const warnings = [
    ...members[0]!.provenance.warnings ?? [],
    ...await observationWarnings(members[0]!, rows, { engine }),
    ...farWarnings(await costSpread(members, x, { engine, prior }), spreads),
  ];
  const costs = await conditionedCosts(members, rows, engine);
  const check = (draws: Draws): string[] => [
    ...warnings,
    ...convergenceWarnings(draws),
    ...disagreementWarnings(beta * disagreement(costs, draws)),
  ];
  const how = { check, ...sampling, beta };
  const given = sampledPosterior(prior, scaled(costs, -1), how);
  return { ...given, warnings, [Symbol.dispose]: () => costs[Symbol.dispose]() };
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
