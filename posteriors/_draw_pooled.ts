// Posteriors of many data sets at once, each of one observation or of several.

import {
  type Artifact,
  type Draws,
  type Engine,
  type Key,
  type Points,
  points,
  type Prior,
  priorFrom,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { smcMany } from "@likely/samplers";
import { directDraws, requireUntempered } from "./_direct_posterior.ts";
import type { DrawManyOptions } from "./draw_many_options.ts";
import { logFits } from "./_log_fits.ts";
import { requireObservations } from "./_observed.ts";

/** Options of {@linkcode drawPooled}. */
export interface DrawPooledOptions extends DrawManyOptions {
  /** Independent observations in a row of x; 1 unless given, and of a posterior always. */
  readonly trials?: number;
}

/** Draws from the posterior of every row of x; see `drawMany`. */
export async function drawPooled(
  keys: readonly Key[],
  artifact: Artifact,
  x: Points,
  options: DrawPooledOptions = {},
): Promise<Draws[]> {
  const { draws = 1000, engine = fusedEngine(), prior: own, ...sampling } = options;
  requireInteger("draw from many posteriors", "draws", draws, 1);
  requireObservations(artifact, points(x.data, x.dim / (sampling.trials ?? 1)));
  requireLength("draw from many posteriors", "keys", keys.length, x.n);
  const prior = priorFrom(artifact.prior, own);
  if (artifact.kind !== "posterior") {
    return await byParticles(keys, prior, { artifact, x, draws, engine, ...sampling });
  }
  requireUntempered(sampling.beta ?? 1);
  using density = await engine.density(artifact);
  return await directDraws(keys, density, prior, { n: draws, x });
}

interface Sampling extends DrawPooledOptions {
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
