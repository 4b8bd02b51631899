/**
 * Sequential Monte Carlo on many posteriors at once: what calibration needs.
 *
 * @module
 */

import {
  constrain,
  type Draws,
  gatherRows,
  type Key,
  logAbsDetJacobian,
  type LogDensities,
  type Points,
  points,
  type Prior,
  soundValue,
  split,
  type Support,
  unconstrain,
  zeros,
} from "@likely/core";
import { requireFraction, requireInteger, requireLength, requirePositive } from "@likely/core/check";
import { breathe } from "./_breathe.ts";
import { countCalls, type CountedTarget } from "./_count_calls.ts";
import { fewAlive } from "./_few_alive.ts";
import { Population } from "./_population.ts";

/** Options of {@linkcode smcMany}. */
export interface SmcManyOptions {
  /**
   * Particles on each target, which become its draws.
   *
   * @default {1000}
   */
  readonly particles?: number;
  /**
   * Accepted moves of each particle, on average, after a rise of the temperature's inverse; after
   * the last one six times as many, to make nearly independent draws.
   *
   * @default {max(1, dim / 4)}
   */
  readonly moves?: number;
  /**
   * Share of effective particles that a rise leaves, in (0, 1): larger is slower and surer.
   *
   * @default {0.5}
   */
  readonly effectiveShare?: number;
  /**
   * Most rises of β; a target that needs more of them gives no rows and a warning.
   *
   * @default {1000}
   */
  readonly maxStages?: number;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Samples many posteriors with one prior by moving particles through `p(θ) · L(θ)^β`, β from 0
 * to 1, all targets in lock-step: every stage is one call of `evaluate` for all particles of all
 * targets.
 *
 * Each target has temperatures of its own, chosen as in `smc`, and draws that depend on its key
 * and likelihood alone. Particles move in unconstrained space by differential evolution: half of
 * them by multiples of differences between pairs of the other half, accepted by Metropolis' rule,
 * so that steps take the posterior's shape without a gradient or a tuned covariance, and now and
 * then go from one mode to another. Modes keep their share of particles.
 *
 * It is meant for few parameters, ten or so; each move costs one evaluation a particle.
 *
 * Source: Del Moral, Doucet & Jasra (2006), https://doi.org/10.1111/j.1467-9868.2006.00553.x;
 * ter Braak (2006), https://doi.org/10.1007/s11222-006-8769-1; the halves as in Foreman-Mackey et
 * al. (2013), https://arxiv.org/abs/1202.3665.
 *
 * @param keys The keys to consume, one per target.
 * @param prior Where all particles begin.
 * @param logLikelihoods The log-likelihoods, or a surrogate's log ratios, of all targets.
 * @param options Sizes.
 * @returns The draws of each target, one chain of equally weighted rows; `info.logEvidence` in
 * nats. A target without a particle of likelihood above 0, or that needs more than `maxStages`
 * rises, gives no rows and a warning.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If there is not one key per target, or widths differ.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { independent, key, normal, numericDensity, split } from "@likely/core";
 * import { smcMany, stackTargets } from "@likely/samplers";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const data = [-2, 2].map((x) => numericDensity("datum", 1, ([mu]) => -0.5 * (mu! - x) ** 2));
 * const [left] = await smcMany(split(key(0), 2), prior, stackTargets(data), { particles: 500 });
 * // The posterior is N(−1, 1/2); ∫ N(mu; 0, 1) exp(−(mu + 2)²/2) dmu = exp(−1) / √2.
 * assertAlmostEquals(left!.values.reduce((a, b) => a + b) / 500, -1, 0.15);
 * assertAlmostEquals(Number(left!.info.logEvidence), -1 - Math.log(2) / 2, 0.2);
 * ```
 */
export async function smcMany(
  keys: readonly Key[],
  prior: Prior,
  logLikelihoods: LogDensities,
  options: SmcManyOptions = {},
): Promise<Draws[]> {
  const { particles = 1000, moves = Math.max(1, prior.dim / 4), effectiveShare = 0.5 } = options;
  const { maxStages = 1000, signal } = options;
  requireInteger("run SMC", "particles", particles, 4);
  requirePositive("run SMC", "moves", moves);
  requireFraction("run SMC", "effectiveShare", effectiveShare);
  requireInteger("run SMC", "maxStages", maxStages, 1);
  requireLength("run SMC", "keys", keys.length, logLikelihoods.count);
  requireLength("run SMC", "prior", prior.dim, logLikelihoods.dim);
  const began = performance.now();
  const likelihood = countCalls(logLikelihoods);
  const support = openSupport(prior.support);
  const populations = keys.map((key, t) => {
    const [forStart, forMoves] = split(key, 2);
    const z = unconstrain(support, prior.sample(forStart, particles));
    return new Population(forMoves, z, { target: t, moves, effectiveShare, maxStages });
  });
  let active = populations;
  while (active.length > 0) {
    await breathe(signal);
    await evaluateAll(active, { prior, support, likelihood });
    active = active.filter(({ done }) => !done);
  }
  const run = { evaluations: likelihood.calls(), seconds: (performance.now() - began) / 1000 };
  return populations.map((one) =>
    drawsOf(one, { prior, support, likelihood }, { sampler: "smc", target: likelihood.name, ...run })
  );
}

/** Half-open intervals alone: beyond the ends of a closed one the prior says no. */
function openSupport(support: Support): Support {
  return support.map(({ low, high }) =>
    Number.isFinite(low) && Number.isFinite(high) ? { low: -Infinity, high: Infinity } : { low, high }
  );
}

interface Problem {
  readonly prior: Prior;
  /** Where particles move without bounds. */
  readonly support: Support;
  readonly likelihood: CountedTarget;
}

/** One call for whatever all populations want evaluated. */
async function evaluateAll(active: readonly Population[], problem: Problem): Promise<void> {
  const { dim } = problem.prior;
  const n = active.reduce((sum, { wanted }) => sum + wanted.n, 0);
  const z = zeros(n, dim);
  const chains = new Uint32Array(n);
  let at = 0;
  for (const { wanted, target } of active) {
    z.data.set(wanted.data, at * dim);
    chains.fill(target, at, at += wanted.n);
  }
  const { logPrior, logLikelihood } = await evaluate(z, chains, problem);
  at = 0;
  for (const population of active) {
    const end = at + population.wanted.n;
    population.receive(logPrior.subarray(at, end), logLikelihood.subarray(at, end));
    at = end;
  }
}

async function evaluate(z: Points, chains: Uint32Array, { prior, support, likelihood }: Problem) {
  const theta = constrain(support, z);
  const logPrior = prior.logDensity(theta);
  const jacobian = logAbsDetJacobian(support, z);
  for (let i = 0; i < z.n; i++) logPrior[i] = soundValue(logPrior[i]! + jacobian[i]!);
  const logLikelihood = new Float64Array(z.n).fill(-Infinity);
  // Where the prior says no the likelihood is not asked: it may know nothing there.
  const rows = Array.from(logPrior.keys()).filter((i) => logPrior[i]! > -Infinity);
  if (rows.length > 0) {
    const options = { gradient: false, chains: rows.map((i) => chains[i]!) };
    const some = gatherRows(theta, rows);
    const { value } = await likelihood.evaluateAsync?.(some, options) ?? likelihood.evaluate(some, options);
    rows.forEach((row, i) => logLikelihood[row] = value[i]!);
  }
  return { logPrior, logLikelihood };
}

function drawsOf(
  { z, logEvidence, stages, acceptance, beta, alive, untold }: Population,
  { prior, support, likelihood }: Problem,
  info: Draws["info"],
): Draws {
  const isLost = beta < 1;
  const length = isLost ? 0 : z.n;
  return {
    names: prior.names,
    chains: 1,
    length,
    values: constrain(support, points(z.data.slice(0, length * z.dim), z.dim)).data,
    info: { ...info, logEvidence, stages, acceptance },
    warnings: [
      ...likelihood.warnings(),
      ...(isLost ? [lossOf({ z, logEvidence, stages, beta, untold })] : fewAlive(alive, z.n)),
    ],
  };
}

/** Why a target gives no rows. */
function lossOf(
  { z, logEvidence, stages, beta, untold }: Pick<
    Population,
    "z" | "logEvidence" | "stages" | "beta" | "untold"
  >,
): string {
  if (untold !== undefined) {
    return `The largest log-likelihood is ${untold} nats: beyond 2^50 in size one nat cannot be told`;
  }
  if (logEvidence === -Infinity) return `No particle of ${z.n} has a likelihood above 0`;
  return `The power of the likelihood is still ${beta.toPrecision(3)} after maxStages = ${stages} rises`;
}
