/**
 * From a surrogate and an observation to a posterior.
 *
 * @module
 */

import {
  type Artifact,
  type Engine,
  fromRows,
  type Points,
  type Posterior,
  posteriorDensity,
  priorFrom,
} from "@likely/core";
import { convergenceWarnings } from "@likely/diagnostics";
import { mcmcPosterior, type McmcPosteriorOptions } from "@likely/samplers";
import { defaultEngine } from "./compile.ts";
import { negated } from "./_negated.ts";
import { observationWarnings } from "./observation_warnings.ts";

/** Options of {@linkcode posterior}: the sampler's, and who evaluates. */
export interface PosteriorOptions extends McmcPosteriorOptions {
  /**
   * Inverse temperature: the log ratio, or minus the cost, is multiplied by it.
   *
   * @default {1}
   */
  readonly beta?: number;
  /**
   * Who evaluates the surrogate.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/**
 * Conditions a surrogate on an observation.
 *
 * Holds engine memory until disposed. An observation unlike the training data is warned of at
 * once, in `warnings` (see `observationWarnings`); draws repeat that, and add what speaks against
 * their convergence.
 *
 * @param artifact A ratio, likelihood or cost surrogate.
 * @param x `[p]`, the observation; or `[m, p]`, independent observations of one θ.
 * @param options Sampler, temperature, engine.
 * @returns The posterior.
 * @throws {TypeError} If the observation has the wrong width.
 * @throws {RangeError} If it is not finite.
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
  const { beta = 1, engine, ...sampling } = options;
  const observed = "data" in x ? x : fromRows([x]);
  requireObservation(artifact, observed);
  const runner = engine ?? defaultEngine();
  const warnings = await observationWarnings(artifact, observed, { engine: runner });
  const output = await runner.logDensity(artifact, observed);
  const prior = priorFrom(artifact.prior);
  // A cost falls where parameters fit; a ratio and a likelihood rise.
  const fit = artifact.kind === "cost" ? negated(output) : output;
  const target = posteriorDensity(prior, fit, { beta });
  const given = mcmcPosterior(target, prior, { check: convergenceWarnings, ...sampling });
  return {
    ...given,
    warnings,
    sample: async (key, n) => {
      const draws = await given.sample(key, n);
      return { ...draws, warnings: [...warnings, ...draws.warnings] };
    },
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}

function requireObservation({ spec, kind }: Artifact, { data, dim, n }: Points): void {
  if (kind === "posterior") {
    throw new TypeError(
      `Cannot condition an artifact as its kind must be ratio, likelihood or cost: current value is ${kind}`,
    );
  }
  if (dim !== spec.xDim || n === 0) {
    throw new TypeError(
      `Cannot condition on x as a row must have length ${spec.xDim}: current length is ${dim}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`Cannot condition on x as it must be finite: x[${bad}] is ${data[bad]}`);
  }
}
