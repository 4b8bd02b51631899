// Which sampler turns a fit into a posterior.

import { type LogDensity, type Posterior, posteriorDensity, type Prior } from "@likely/core";
import { mcmcPosterior, smcPosterior } from "@likely/samplers";
import { scaled } from "./_scaled.ts";
import type { SamplingOptions } from "./posterior_options.ts";

/** The posterior `p(θ) exp(β fit(θ))`. */
export function sampledPosterior(
  prior: Prior,
  fit: LogDensity,
  options: SamplingOptions,
): Posterior {
  const { sampler = "auto", beta = 1, ...rest } = options;
  if (sampler !== "smc") {
    return mcmcPosterior(posteriorDensity(prior, fit, { beta }), prior, { ...rest, sampler });
  }
  const { chains, check, signal, onProgress } = rest;
  return smcPosterior(prior, beta === 1 ? fit : scaled(fit, beta), {
    ...(chains !== undefined && { repeats: chains }),
    ...(check && { check }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
}
