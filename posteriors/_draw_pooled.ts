// Posteriors of many data sets at once, each of one observation or of several.

import {
  type Artifact,
  type Draws,
  type Engine,
  type EvaluateOptions,
  foldIn,
  type Key,
  type LogDensities,
  type LogDensity,
  type Points,
  points,
  posteriorDensity,
  type Prior,
  priorFrom,
  row,
} from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { smcMany } from "@likely/samplers";
import { directDraws, requireUntempered } from "./_direct_posterior.ts";
import type { DrawManyOptions } from "./draw_many_options.ts";
import { logFits } from "./_log_fits.ts";
import { proposedDraws } from "./_proposed_draws.ts";
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
    return await sampled(keys, prior, { artifact, x, draws, engine, ...sampling });
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

/** By proposals where these can be trusted, else by particles; by particles all where these are asked for. */
async function sampled(keys: readonly Key[], prior: Prior, sampling: Sampling): Promise<Draws[]> {
  using fits = await logFits(sampling.artifact, sampling.x, sampling);
  const drawn: (Draws | undefined)[] = sampling.smc
    ? keys.map(() => undefined)
    : await proposed(keys, prior, fits, sampling);
  const others = [...keys.keys()].filter((i) => !drawn[i]);
  if (others.length === 0) return drawn as Draws[];
  const { draws, smc = {}, signal } = sampling;
  const { particles = FEWEST_PARTICLES } = smc;
  const found = await smcMany(others.map((i) => keys[i]!), prior, only(fits, others), {
    ...smc,
    particles: Math.max(particles, draws),
    ...(signal && { signal }),
  });
  others.forEach((i, k) => drawn[i] = found[k]);
  return drawn as Draws[];
}

const FEWEST_PARTICLES = 500;

/** Draws of each data set whose weights can be trusted. */
async function proposed(
  keys: readonly Key[],
  prior: Prior,
  fits: LogDensities,
  { artifact, x, draws, trials = 1, signal }: Sampling,
): Promise<(Draws | undefined)[]> {
  const { regression } = artifact.reference ?? {};
  const out: (Draws | undefined)[] = [];
  for (const [i, key] of keys.entries()) {
    const target = posteriorDensity(prior, one(fits, i));
    const expected = regression && trials === 1 &&
      { regression, scaling: artifact.scaling.x, x: row(x, i) };
    const found = await proposedDraws(foldIn(key, PROPOSALS), draws, target, {
      prior,
      ...(expected && { expected }),
      ...(signal && { signal }),
    });
    out.push(found.draws);
  }
  return out;
}

/** Apart from the randomness of particles, which have the same key. */
const PROPOSALS = 1;

/** The density of one data set. */
function one(fits: LogDensities, i: number): LogDensity {
  return { name: fits.name, dim: fits.dim, ...chosen(fits, () => i) };
}

/** Some of them. */
function only(fits: LogDensities, which: readonly number[]): LogDensities {
  const { name, dim } = fits;
  return { name, dim, count: which.length, ...chosen(fits, (chain) => which[chain]!) };
}

/** Evaluates each point by the density that its chain is mapped to. */
function chosen(
  fits: LogDensities,
  of: (chain: number) => number,
): Pick<LogDensity, "evaluate" | "evaluateAsync"> {
  const how = (n: number, options?: EvaluateOptions): EvaluateOptions => ({
    ...options,
    chains: Uint32Array.from({ length: n }, (_, k) => of(options?.chains?.[k] ?? k)),
  });
  const { evaluateAsync } = fits;
  return {
    evaluate: (theta, options) => fits.evaluate(theta, how(theta.n, options)),
    ...(evaluateAsync && { evaluateAsync: (theta, options) => evaluateAsync(theta, how(theta.n, options)) }),
  };
}
