/**
 * A posterior that draws by sequential Monte Carlo.
 *
 * @module
 */

import { type LogDensity, type Posterior, posteriorDensity, type Prior } from "@likely/core";
import type { SampleOptions } from "./sample_options.ts";
import { smc, type SmcOptions } from "./smc.ts";

/** Options of {@linkcode smcPosterior}; `particles` follows from the number asked for. */
export interface SmcPosteriorOptions extends Omit<SmcOptions, "particles">, Pick<SampleOptions, "check"> {}

/**
 * Makes a posterior of a prior and a log-likelihood; every call of `sample` starts from the prior.
 *
 * For posteriors of several modes: each keeps its share of the particles, which chains cannot
 * promise. The populations are the chains of the draws, so that R-hat compares them.
 *
 * @param prior Where the particles begin.
 * @param logLikelihood In nats; or a surrogate's log ratio, or −β times a cost.
 * @param options As of `smc`.
 * @returns The posterior; its `logDensity` is prior times likelihood.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { independent, key, numericDensity, uniform } from "@likely/core";
 * import { smcPosterior } from "@likely/samplers";
 *
 * const prior = independent({ mu: uniform(-3, 3) });
 * // Only the square of mu is seen: modes at −2 and at 2, equally high.
 * const likelihood = numericDensity("square", 1, ([mu]) => -20 * (mu! ** 2 - 4) ** 2);
 * const draws = await smcPosterior(prior, likelihood).sample(key(0), 2000);
 * assertAlmostEquals(draws.values.filter((mu) => mu > 0).length / 2000, 0.5, 0.1);
 * ```
 */
export function smcPosterior(
  prior: Prior,
  logLikelihood: LogDensity,
  options: SmcPosteriorOptions = {},
): Posterior {
  const { check = () => [], repeats = 4, ...rest } = options;
  const target = posteriorDensity(prior, logLikelihood);
  return {
    sample: async (key, n) => {
      const particles = Math.max(2, Math.ceil(n / repeats));
      const draws = await smc(key, prior, logLikelihood, { ...rest, repeats, particles });
      return { ...draws, warnings: [...draws.warnings, ...check(draws)] };
    },
    logDensity: (theta) => target.evaluate(theta, { gradient: false }).value,
  };
}
