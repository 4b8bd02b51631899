/**
 * From a surrogate and an observation to a posterior, by an engine that is given: what edge workers carry.
 *
 * @module
 */

import {
  type Artifact,
  type Draws,
  type Engine,
  membersOf,
  type Points,
  type Posterior,
  priorFrom,
  row,
  warningsOf,
} from "@likely/core";
import { requireNonNegative } from "@likely/core/check";
import { convergenceWarnings } from "@likely/diagnostics/convergence-warnings";
import { conditionedCosts } from "./_conditioned_costs.ts";
import { disagreementWarnings, spreadWarnings } from "./_disagreement.ts";
import { observed } from "./_observed.ts";
import { directPosterior, requireUntempered } from "./_direct_posterior.ts";
import { proposedPosterior } from "./_proposed_posterior.ts";
import { scaled } from "./_scaled.ts";
import { unlikeTraining } from "./_unlike_training.ts";
import type { PosteriorOptions, SampledBy } from "./posterior_options.ts";

/** What {@linkcode condition} is told: nothing is taken for granted that would have to be carried. */
export interface ConditionOptions extends Omit<PosteriorOptions, "engine"> {
  /** Who evaluates the surrogate. */
  readonly engine: Engine;
  /** What samples a ratio, a likelihood or a cost: `nutsPosterior` alone, or a choice among samplers. */
  readonly sampledBy: SampledBy;
}

/**
 * Conditions a surrogate on an observation, as `posterior` does, by the engine and the sampler that are given and
 * no others.
 *
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param x `[p]`, the observation; or `[m, p]`, independent observations of one θ.
 * @param options The engine, the sampler; and as of `posterior`.
 * @returns The posterior; holds engine memory until disposed.
 * @throws {TypeError | RangeError} As `posterior`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   condition,
 *   fusedEngine,
 *   key,
 *   nre,
 *   nutsPosterior,
 *   posteriorDensity,
 *   twoMoons,
 * } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * using given = await condition(artifact, [0.1, 0.2], {
 *   engine: fusedEngine({ workers: 1 }),
 *   sampledBy: (prior, fit, { warmup = 20 }) => nutsPosterior(posteriorDensity(prior, fit), prior, { warmup }),
 * });
 * assertEquals((await given.sample(key(1), 40)).length, 10);
 * ```
 */
export async function condition(
  artifact: Artifact,
  x: ArrayLike<number> | Points,
  options: ConditionOptions,
): Promise<Posterior & Disposable> {
  const { beta = 1, engine, prior: own, ...sampling } = options;
  const prior = priorFrom(artifact.prior, own);
  requireNonNegative("condition a surrogate", "beta", beta);
  const rows = observed(artifact, x);
  const warnings = [
    ...warningsOf(artifact),
    ...await unlikeTraining(artifact, rows, { engine, level: 0.01 }),
    ...await spreadWarnings(artifact, rows, { engine, prior }),
  ];
  const given = await conditioned(artifact, rows, { ...sampling, prior, beta, engine });
  return {
    ...given,
    warnings,
    sample: async (key, n) => {
      const draws = await given.sample(key, n);
      return { ...draws, warnings: [...warnings, ...draws.warnings] };
    },
  };
}

type Conditioning = ConditionOptions & Required<Pick<PosteriorOptions, "beta" | "prior">>;

async function conditioned(
  artifact: Artifact,
  rows: Points,
  { engine, prior, sampledBy, ...sampling }: Conditioning,
): Promise<Posterior & Disposable> {
  if (artifact.kind === "posterior") {
    requireUntempered(sampling.beta);
    const density = await engine.density(artifact);
    return {
      ...directPosterior(density, prior, rows),
      [Symbol.dispose]: () => density[Symbol.dispose](),
    };
  }
  if (artifact.kind === "cost") {
    return await byCost(artifact, rows, { engine, prior, sampledBy, ...sampling });
  }
  const output = await engine.logDensity(artifact, rows);
  const { sampler, ...others } = { check: convergenceWarnings, ...sampling };
  const { regression } = artifact.reference ?? {};
  const chains = (position?: Points) =>
    sampledBy(prior, output, {
      ...others,
      ...(sampler !== undefined && sampler !== "importance" && { sampler }),
      ...(position && { position }),
    });
  const proposing = { prior, scaling: artifact.scaling.x, x: row(rows, 0), beta: sampling.beta };
  const isProposed = sampler === "importance" && regression && rows.n === 1;
  return {
    ...isProposed
      ? proposedPosterior(output, { ...proposing, regression }, { count: others.chains ?? 4, from: chains })
      : chains(),
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}

/** A cost falls where parameters fit; a ratio and a likelihood rise. */
async function byCost(
  artifact: Artifact,
  rows: Points,
  { engine, prior, sampledBy, ...sampling }: Conditioning,
): Promise<Posterior & Disposable> {
  const { sampler, ...rest } = sampling;
  const costs = await conditionedCosts(membersOf(artifact), rows, engine);
  const check = (draws: Draws) => [
    ...convergenceWarnings(draws),
    ...(artifact.others ? disagreementWarnings(costs, draws, sampling.beta) : []),
  ];
  return {
    ...sampledBy(prior, scaled(costs, -1), {
      check,
      ...rest,
      ...(sampler !== "importance" && sampler && { sampler }),
    }),
    [Symbol.dispose]: () => costs[Symbol.dispose](),
  };
}
