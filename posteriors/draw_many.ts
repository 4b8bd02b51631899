/**
 * Posteriors of many observations at once.
 *
 * @module
 */

import {
  type Artifact,
  type Draws,
  type Engine,
  type Key,
  type Points,
  type Prior,
  priorFrom,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { smcMany, type SmcManyOptions } from "@likely/samplers";
import { directDraws, requireUntempered } from "./_direct_posterior.ts";
import { logFits } from "./_log_fits.ts";
import { requireObservations } from "./_observed.ts";

/** Options of {@linkcode drawMany}. */
export interface DrawManyOptions {
  /**
   * Draws of each posterior, ≥ 1; of surrogates that must be sampled, at least as many.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Inverse temperature, as of `posterior`.
   *
   * @default {1}
   */
  readonly beta?: number;
  /**
   * How particles sample posteriors that were not learned as densities; at least `draws` of them.
   *
   * @default {{}}
   */
  readonly smc?: Omit<SmcManyOptions, "signal">;
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
  /** Stops particles: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Draws from the posterior of every row of x, all rows together: a learned posterior in one call
 * of the engine, another surrogate by particles that move in lock-step (see `smcMany`).
 *
 * Draws of row i follow from `keys[i]` and row i alone. Observations are not compared with the
 * training data, as `posterior` does: see `observationWarnings`.
 *
 * @param keys The keys to consume, one a row.
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param x `[m, p]`: observations, each of a θ of its own.
 * @param options How many, and how.
 * @returns The draws of each row, in order; one without draws and with a warning where no particle fits.
 * @throws {TypeError} If rows have the wrong width, there is not one key for each, or the prior is one of
 * the user's own and not given, or another one.
 * @throws {RangeError} If a row is not finite or an option is out of range; `beta` of a learned
 * posterior must be 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawMany, fromRows, key, npe, split, twoMoons } from "@likely/sbi";
 *
 * const estimator = { kind: "maf", transforms: 2, hidden: [16], activation: "silu" } as const;
 * const { artifact } = await npe(key(0), twoMoons(), { simulations: 500, maxEpochs: 2, estimator });
 * const x = fromRows([[0.1, 0.2], [-0.3, 0]]);
 * const [first, second] = await drawMany(split(key(1), 2), artifact, x, { draws: 100 });
 * assertEquals([first!.length, second!.length], [100, 100]);
 * ```
 */
export async function drawMany(
  keys: readonly Key[],
  artifact: Artifact,
  x: Points,
  options: DrawManyOptions = {},
): Promise<Draws[]> {
  const { draws = 1000, engine = fusedEngine(), prior: own, ...sampling } = options;
  requireInteger("draw from many posteriors", "draws", draws, 1);
  requireObservations(artifact, x);
  requireLength("draw from many posteriors", "keys", keys.length, x.n);
  const prior = priorFrom(artifact.prior, own);
  if (artifact.kind !== "posterior") {
    return await byParticles(keys, prior, { artifact, x, draws, engine, ...sampling });
  }
  requireUntempered(sampling.beta ?? 1);
  using density = await engine.density(artifact);
  return directDraws(keys, density, prior, { n: draws, x });
}

interface Sampling extends DrawManyOptions {
  readonly artifact: Artifact;
  readonly x: Points;
  readonly draws: number;
  readonly engine: Engine;
}

async function byParticles(keys: readonly Key[], prior: Prior, sampling: Sampling): Promise<Draws[]> {
  const { artifact, x, draws, smc = {}, signal } = sampling;
  const { particles = FEWEST_PARTICLES } = smc;
  using fits = await logFits(artifact, x, sampling);
  return await smcMany(keys, prior, fits, {
    ...smc,
    particles: Math.max(particles, draws),
    ...(signal && { signal }),
  });
}

const FEWEST_PARTICLES = 500;
