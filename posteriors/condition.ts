/**
 * From a surrogate and an observation to a posterior, by an engine that is given: what edge workers carry.
 *
 * @module
 */

import {
  type Artifact,
  asPoints,
  type Draws,
  type Engine,
  type LogDensity,
  membersOf,
  type Observation,
  type Points,
  type Posterior,
  type Prior,
  priorFrom,
  row,
  type Rows,
  warningsOf,
} from "@likely/core";
import { requireInteger, requireKey, requireNonNegative, requireOptions } from "@likely/core/check";
import { convergenceWarnings } from "@likely/diagnostics/convergence-warnings";
import { requireArtifact } from "./_require_artifact.ts";
import { conditionedCosts } from "./_conditioned_costs.ts";
import { disagreementWarnings, spreadWarnings } from "./_disagreement.ts";
import { observed } from "./_observed.ts";
import { directPosterior, requireUntempered } from "./_direct_posterior.ts";
import { proposedPosterior, type ProposedPosteriorOptions } from "./_proposed_posterior.ts";
import { scaled } from "./_scaled.ts";
import { unlikeTraining } from "./_unlike_training.ts";
import type { ConditionedPosterior } from "./conditioned_posterior.ts";
import type { PosteriorOptions, SampledBy, SamplingOptions } from "./posterior_options.ts";

/** What {@linkcode condition} is told: nothing is taken for granted that would have to be carried. */
export interface ConditionOptions extends Omit<PosteriorOptions, "engine"> {
  /** Who evaluates the surrogate. */
  readonly engine: Engine;
  /** What samples a ratio, a likelihood or a cost: `nutsPosterior` alone, or a choice among samplers. */
  readonly sampledBy: SampledBy;
}

const OPTIONS = {
  sampler: true,
  beta: true,
  engine: true,
  prior: true,
  sampledBy: true,
  chains: true,
  warmup: true,
  thin: true,
  pool: true,
  position: true,
  onProgress: true,
  signal: true,
  check: true,
} as const;

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
 *   chains: 4,
 *   sampledBy: (prior, fit, { warmup = 20 }) => nutsPosterior(posteriorDensity(prior, fit), prior, { warmup }),
 * });
 * assertEquals((await given.sample(key(1), 40)).length, 10);
 * ```
 */
export async function condition(
  artifact: Artifact,
  x: Observation,
  options: ConditionOptions,
): Promise<ConditionedPosterior> {
  requireOptions<ConditionOptions>("condition a surrogate", options, OPTIONS);
  requireArtifact("condition a surrogate", artifact);
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
    ...(given.logDensity && { logDensity: (theta: Rows) => given.logDensity!(asPoints(theta)) }),
    warnings,
    sample: async (key, n) => {
      requireKey("draw from a posterior", key);
      requireInteger("draw from a posterior", "n", n, 1);
      const draws = await given.sample(key, n);
      return { ...draws, warnings: [...warnings, ...draws.warnings] };
    },
  };
}

type Conditioning = Omit<ConditionOptions, "prior"> & { readonly beta: number; readonly prior: Prior };

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
  const { regression } = artifact.reference ?? {};
  return {
    ...fitted(prior, output, {
      sampledBy,
      check: convergenceWarnings,
      ...sampling,
      // A regression of one observation's parameters says nothing of several ones'.
      ...(regression && rows.n === 1 &&
        { expected: { regression, scaling: artifact.scaling.x, x: row(rows, 0) } }),
    }),
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}

type Fitting =
  & Omit<Conditioning, "engine" | "prior">
  & Pick<ProposedPosteriorOptions, "expected" | "warn">;

/** Whoever says how chains run wants chains. */
function asksForChains({ chains, warmup, thin, position }: Partial<Fitting>): boolean {
  return [chains, warmup, thin, position].some((option) => option !== undefined);
}

/** Samples `p(θ) exp(β fit(θ))`, by proposals where they are asked for, else as chains or particles do. */
function fitted(
  prior: Prior,
  fit: LogDensity,
  { sampledBy, expected, warn, ...options }: Fitting,
): Posterior {
  const { sampler = "auto", ...others } = options;
  const isProposed = sampler === "importance" || sampler === "auto" && !asksForChains(others);
  if (!isProposed) return sampledBy(prior, fit, options as SamplingOptions);
  const { beta, signal, chains = 4 } = others;
  return proposedPosterior(
    fit,
    { prior, beta, ...(expected && { expected }), ...(warn && { warn }), ...(signal && { signal }) },
    { count: chains, from: (position) => sampledBy(prior, fit, { ...others, position }) },
  );
}

/** A cost falls where parameters fit; a ratio and a likelihood rise. */
async function byCost(
  artifact: Artifact,
  rows: Points,
  { engine, prior, sampledBy, ...sampling }: Conditioning,
): Promise<Posterior & Disposable> {
  const costs = await conditionedCosts(membersOf(artifact), rows, engine);
  const warn = (draws: Draws) => artifact.others ? disagreementWarnings(costs, draws, sampling.beta) : [];
  const check = (draws: Draws) => [...convergenceWarnings(draws), ...warn(draws)];
  return {
    ...fitted(prior, scaled(costs, -1), { sampledBy, check, warn, ...sampling }),
    [Symbol.dispose]: () => costs[Symbol.dispose](),
  };
}
