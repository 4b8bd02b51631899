/**
 * A posterior that draws by NUTS, and carries no other sampler.
 *
 * @module
 */

import type { LogDensity, Posterior, Prior } from "@likely/core";
import { runSampler } from "./_run_sampler.ts";
import type { McmcPosteriorOptions } from "./mcmc_posterior.ts";
import { nuts } from "./nuts.ts";

/**
 * Makes a posterior of a log density with a gradient, as `mcmcPosterior` does by NUTS, for those who must be
 * light, as edge workers.
 *
 * @param target The unnormalised log posterior of θ in nats, prior included.
 * @param prior Names, support, and where chains start.
 * @param options As of `sample`, but for the choice of a sampler.
 * @returns The posterior; its `logDensity` is the target's value.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal } from "@likely/core";
 * import { nutsPosterior } from "@likely/samplers";
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
 * const draws = await nutsPosterior(target, prior, { warmup: 100 }).sample(key(0), 200);
 * assertEquals([draws.info.sampler, draws.length], ["nuts", 50]);
 * ```
 */
export function nutsPosterior(
  target: LogDensity,
  prior: Prior,
  options: Omit<McmcPosteriorOptions, "sampler"> = {},
): Posterior {
  return {
    sample: (key, n) => {
      const draws = Math.ceil(n / (options.position?.n ?? options.chains ?? 4));
      return runSampler(key, target, {
        start: prior,
        options: { ...options, draws },
        choose: (walked, { warmup }) => nuts(walked, { warmup }),
      });
    },
    logDensity: (theta) => target.evaluate(theta).value,
  };
}
