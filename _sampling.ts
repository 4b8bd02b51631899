// Which sampler turns a fit into a posterior.

import { type LogDensity, type Posterior, posteriorDensity, type Prior } from "@likely/core";
import { mcmcPosterior, smcPosterior } from "@likely/samplers";
import type { PosteriorOptions } from "./posterior.ts";

/** The posterior `p(θ) exp(fit(θ))`. */
export function sampledPosterior(
  prior: Prior,
  fit: LogDensity,
  options: Omit<PosteriorOptions, "beta" | "engine">,
): Posterior {
  const { sampler = "auto", ...rest } = options;
  if (sampler !== "smc") return mcmcPosterior(posteriorDensity(prior, fit), prior, { ...rest, sampler });
  const { chains, check, signal } = rest;
  return smcPosterior(prior, fit, {
    ...(chains !== undefined && { repeats: chains }),
    ...(check && { check }),
    ...(signal && { signal }),
  });
}
