/**
 * From a surrogate and an observation to a posterior.
 *
 * @module
 */

import { type Artifact, type Points, type Posterior, priorFrom } from "@likely/core";
import { requireNonNegative } from "@likely/core/check";
import { convergenceWarnings } from "@likely/diagnostics/convergence-warnings";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { observed } from "./_observed.ts";
import { directPosterior, requireUntempered } from "./_direct_posterior.ts";
import { sampledPosterior } from "./_sampled_posterior.ts";
import { scaled } from "./_scaled.ts";
import { observationWarnings } from "./observation_warnings.ts";
import type { PosteriorOptions } from "./posterior_options.ts";

/**
 * Conditions a surrogate on an observation.
 *
 * A posterior that was learned as a density is drawn from directly: draws are independent, their
 * log density is exact, and options of samplers mean nothing. Others are sampled.
 *
 * Holds engine memory until disposed. An observation unlike the training data is warned of at
 * once, in `warnings` (see `observationWarnings`); draws repeat that, and add what speaks against
 * their convergence.
 *
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param x `[p]`, the observation; or `[m, p]`, independent observations of one θ, except of a
 * posterior, which knows one.
 * @param options Sampler, temperature, engine.
 * @returns The posterior.
 * @throws {TypeError} If the observation has the wrong width.
 * @throws {RangeError} If it is not finite, or `beta` is not a number ≥ 0; for a posterior, not 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, nre, posterior, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 500, maxEpochs: 3 });
 * using given = await posterior(artifact, [0.1, 0.2], { warmup: 50 });
 * const draws = await given.sample(key(1), 100);
 * assert(draws.values.every((value) => Math.abs(value) < 1));
 * ```
 */
export async function posterior(
  artifact: Artifact,
  x: ArrayLike<number> | Points,
  options: PosteriorOptions = {},
): Promise<Posterior & Disposable> {
  const { beta = 1, engine = fusedEngine(), ...sampling } = options;
  requireNonNegative("condition a surrogate", "beta", beta);
  const rows = observed(artifact, x);
  const warnings = await observationWarnings(artifact, rows, { engine });
  const given = await conditioned(artifact, rows, { ...sampling, beta, engine });
  return {
    ...given,
    warnings,
    sample: async (key, n) => {
      const draws = await given.sample(key, n);
      return { ...draws, warnings: [...warnings, ...draws.warnings] };
    },
  };
}

type Conditioning = PosteriorOptions & Required<Pick<PosteriorOptions, "beta" | "engine">>;

async function conditioned(
  artifact: Artifact,
  rows: Points,
  { engine, ...sampling }: Conditioning,
): Promise<Posterior & Disposable> {
  const prior = priorFrom(artifact.prior);
  if (artifact.kind === "posterior") {
    requireUntempered(sampling.beta);
    const density = await engine.density(artifact);
    return {
      ...directPosterior(density, prior, rows),
      [Symbol.dispose]: () => density[Symbol.dispose](),
    };
  }
  const output = await engine.logDensity(artifact, rows);
  // A cost falls where parameters fit; a ratio and a likelihood rise.
  const fit = artifact.kind === "cost" ? scaled(output, -1) : output;
  return {
    ...sampledPosterior(prior, fit, { check: convergenceWarnings, ...sampling }),
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}
