/**
 * Generalized posteriors along a path of inverse temperatures.
 *
 * @module
 */

import { exp } from "@likely/core/elementary";
import {
  type Artifact,
  type Draws,
  type Engine,
  foldIn,
  type Key,
  type LogDensity,
  type Observation,
  type Points,
  points,
  posteriorDensity,
  type Prior,
  priorFrom,
  split,
} from "@likely/core";
import { requireInteger, requireKey, requireNonNegative, requireOptions } from "@likely/core/check";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { importance, sample, type SampleOptions } from "@likely/samplers";
import { observed } from "./_observed.ts";
import { requireCost } from "./_require_cost.ts";
import { scaled } from "./_scaled.ts";

/** Options of {@linkcode betaPath}. */
export interface BetaPathOptions {
  /** Inverse temperatures ≥ 0, in 1 / unit of the distance; taken in rising order. */
  readonly betas: readonly number[];
  /**
   * Particles, each a chain of its own, ≥ 25.
   *
   * @default {500}
   */
  readonly particles?: number;
  /**
   * Steps of every particle after each rise of β; they also adapt the sampler.
   *
   * @default {20}
   */
  readonly moves?: number;
  /**
   * What moves the particles.
   *
   * @default {"hmc"}
   */
  readonly sampler?: NonNullable<SampleOptions["sampler"]>;
  /**
   * Who evaluates the surrogate.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The prior, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The generalized posterior at one β. */
export interface BetaStep {
  /** The inverse temperature. */
  readonly beta: number;
  /** One draw of each particle, equally weighted. */
  readonly draws: Draws;
  /** The mean cost of the draws, as the surrogate sees it: it falls as β rises. */
  readonly cost: number;
  /** `[d]`: how fast the posterior mean of each parameter moves with β, `−Cov(θⱼ, cost)`. */
  readonly sensitivity: Float64Array;
}

const OPTIONS = {
  betas: true,
  particles: true,
  moves: true,
  sampler: true,
  engine: true,
  prior: true,
  signal: true,
} as const;

/**
 * Samples the generalized posterior at many β with one set of particles: drawn from the prior,
 * reweighted by `exp(−Δβ · cost)`, resampled, and moved by a few Markov steps, again and again.
 * Rises that would leave less than half of the particles effective are made in smaller ones.
 *
 * Several modes keep their share of the particles, which chains that start afresh at a large β
 * cannot promise.
 *
 * Source: Del Moral, Doucet & Jasra (2006), "Sequential Monte Carlo samplers",
 * https://doi.org/10.1111/j.1467-9868.2006.00553.x
 *
 * @param key The key to consume.
 * @param artifact A cost surrogate.
 * @param x `[p]`, the observation; or `[m, p]`, several of one θ, whose costs add up.
 * @param options Which β, how many particles.
 * @returns One step for each β, in rising order.
 * @throws {TypeError} If the artifact is no cost or the observation has the wrong width.
 * @throws {RangeError} If an option is out of range, or the observation not finite.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ace, betaPath, key, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await ace(key(0), twoMoons(), { simulations: 500, maxEpochs: 5, structure: "free" });
 * const [low, high] = await betaPath(key(1), artifact, [0, 0], { betas: [1, 20], particles: 100 });
 * assert(high!.cost < low!.cost);
 * ```
 */
export async function betaPath(
  key: Key,
  artifact: Artifact,
  x: Observation,
  options: BetaPathOptions,
): Promise<BetaStep[]> {
  requireKey("follow a path of beta", key);
  requireOptions<BetaPathOptions>("follow a path of beta", options, OPTIONS);
  const { betas, particles = 500, moves = 20, sampler = "hmc", engine = fusedEngine(), signal } = options;
  requireCost("follow a path of beta", artifact);
  requireInteger("follow a path of beta", "particles", particles, 25);
  requireInteger("follow a path of beta", "the number of betas", betas.length, 1);
  betas.forEach((beta, i) => requireNonNegative("follow a path of beta", `betas[${i}]`, beta));
  using cost = await engine.logDensity(artifact, observed(artifact, x));
  const prior = priorFrom(artifact.prior, options.prior);
  const [forPrior, forSteps] = split(key, 2);
  const how = { warmup: moves, draws: 1, sampler, ...(signal && { signal }) };
  const path = { prior, fit: scaled(cost, -1), how };
  let at: Population = { beta: 0, draws: asDraws(prior, prior.sample(forPrior!, particles)) };
  const steps: BetaStep[] = [];
  let moved = 0;
  for (const beta of [...betas].sort((a, b) => a - b)) {
    while (at.beta < beta) at = await rise(foldIn(forSteps!, moved++), path, at, beta);
    steps.push(summarised(at, cost));
  }
  return steps;
}

interface Path {
  readonly prior: Prior;
  readonly fit: LogDensity;
  readonly how: SampleOptions;
}

interface Population {
  readonly beta: number;
  readonly draws: Draws;
}

/** Goes towards `to` as far as half of the particles stay effective. */
async function rise(key: Key, { prior, fit, how }: Path, from: Population, to: number): Promise<Population> {
  const [forWeights, forMoves] = split(key, 2);
  const particles = rowsOf(from.draws);
  const { value } = fit.evaluate(particles, { gradient: false });
  const beta = from.beta + largestRise(value, to - from.beta);
  const target = posteriorDensity(prior, fit, { beta });
  const before = posteriorDensity(prior, fit, { beta: from.beta });
  const { values } = importance(forWeights!, target, {
    names: prior.names,
    sample: () => particles,
    logDensity: (theta) => before.evaluate(theta, { gradient: false }).value,
  }, { draws: particles.n });
  const position = points(values, particles.dim);
  return { beta, draws: await sample(forMoves!, target, prior, { ...how, position }) };
}

/** The largest rise up to `most` that leaves half of the weights `exp(rise · fit)` effective. */
function largestRise(fit: Float64Array, most: number): number {
  const high = fit.reduce((a, b) => Math.max(a, b), -Infinity);
  const isSmall = (step: number): boolean => {
    const weights = fit.map((value) => exp(step * (value - high)));
    const [sum, squares] = weights.reduce(([s, q], w) => [s + w, q + w * w], [0, 0] as [number, number]);
    return sum * sum / squares >= 0.5 * fit.length;
  };
  if (isSmall(most)) return most;
  let [low, up] = [0, most];
  for (let k = 0; k < 40; k++) {
    const middle = 0.5 * (low + up);
    if (isSmall(middle)) low = middle;
    else up = middle;
  }
  return up;
}

function summarised({ beta, draws }: Population, density: LogDensity): BetaStep {
  const theta = rowsOf(draws);
  const { value } = density.evaluate(theta, { gradient: false });
  const cost = value.reduce((a, b) => a + b, 0) / theta.n;
  const sensitivity = new Float64Array(theta.dim);
  theta.data.forEach((v, k) => {
    sensitivity[k % theta.dim]! -= v * (value[Math.floor(k / theta.dim)]! - cost) / (theta.n - 1);
  });
  return { beta, draws, cost, sensitivity };
}

function rowsOf(draws: Draws): Points {
  return points(draws.values, draws.names.length);
}

function asDraws({ names }: Prior, theta: Points): Draws {
  const info = { sampler: "prior", evaluations: 0 };
  return { names, chains: theta.n, length: 1, values: theta.data, info, warnings: [] };
}
