/**
 * A posterior that draws by Markov chains.
 *
 * @module
 */

import type { LogDensity, Posterior, Prior } from "@likely/core";
import { sample } from "./sample.ts";
import type { SampleOptions } from "./sample_options.ts";

/** Options of {@linkcode mcmcPosterior}; `draws` follows from the number asked for. */
export type McmcPosteriorOptions = Omit<SampleOptions, "draws">;

/**
 * Makes a posterior of a log density; every call of `sample` runs fresh chains.
 *
 * @param target The unnormalised log posterior of θ in nats, prior included.
 * @param prior Names, support, and where chains start.
 * @param options As of `sample`.
 * @returns The posterior; its `logDensity` is the target's value.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal } from "@likely/core";
 * import { mcmcPosterior } from "@likely/samplers";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const target = {
 *   name: "prior",
 *   dim: 1,
 *   evaluate: (theta: Parameters<typeof prior.score>[0]) => ({
 *     value: prior.logDensity(theta),
 *     grad: prior.score(theta).data,
 *   }),
 * };
 * const draws = await mcmcPosterior(target, prior, { warmup: 100 }).sample(key(0), 200);
 * assertEquals([draws.chains, draws.length], [4, 50]);
 * ```
 */
export function mcmcPosterior(
  target: LogDensity,
  prior: Prior,
  options: McmcPosteriorOptions = {},
): Posterior {
  return {
    sample: (key, n) => {
      const draws = Math.ceil(n / (options.position?.n ?? options.chains ?? 4));
      return sample(key, target, prior, { ...options, draws });
    },
    logDensity: (theta) => target.evaluate(theta).value,
  };
}
