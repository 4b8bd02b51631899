/**
 * Sampling by NUTS and nothing else.
 *
 * @module
 */

import { type LogDensity, type Posterior, posteriorDensity, type Prior } from "@likely/core";
import { nutsPosterior } from "@likely/samplers/nuts-posterior";
import type { SamplingOptions } from "./posterior_options.ts";

/**
 * What `condition` may sample by where it must be light: surrogates have gradients, so no other sampler is needed.
 *
 * @param prior The prior.
 * @param fit The log ratio, the log-likelihood or minus the cost.
 * @param options β, and how long chains are; the choice of a sampler means nothing.
 * @returns The posterior.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { byNuts, independent, key, normal, numericDensity } from "@likely/sbi";
 *
 * const fit = numericDensity("one datum", 1, ([mu]) => -0.5 * (mu! - 2) ** 2);
 * const given = byNuts(independent({ mu: normal(0, 1) }), fit, { warmup: 50, chains: 2 });
 * assertEquals((await given.sample(key(0), 20)).info.sampler, "nuts");
 * ```
 */
export function byNuts(
  prior: Prior,
  fit: LogDensity,
  { beta = 1, sampler: _, ...options }: SamplingOptions,
): Posterior {
  return nutsPosterior(posteriorDensity(prior, fit, { beta }), prior, options);
}
