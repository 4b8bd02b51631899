/**
 * How a posterior is sampled, and who evaluates the surrogate.
 *
 * @module
 */

import type { Engine, LogDensity, Posterior, Prior, PriorSpec } from "@likely/core";
import type { McmcPosteriorOptions } from "@likely/samplers";

/** Options of `posterior`: the sampler's, and who evaluates. */
export interface PosteriorOptions extends Omit<McmcPosteriorOptions, "sampler"> {
  /**
   * `"smc"` moves particles from the prior to the posterior: for several modes, whose shares chains
   * cannot tell. Of the other options it knows `chains` (its populations), `signal` and `check`.
   *
   * `"importance"` weighs proposals that learn where the posterior is: the posterior in some thousand
   * evaluations, without chains. It begins around what the parameters of such data were in training, where the
   * artifact knows that, else with the prior. Where the shape of the weights, `info.kHat`, says that they cannot
   * be trusted, or too few of them count, chains run from where the weight is.
   *
   * `"auto"` is `"importance"`, or NUTS where `chains`, `warmup`, `thin` or a `position` say how chains run.
   *
   * @default {"auto"}
   */
  readonly sampler?: NonNullable<McmcPosteriorOptions["sampler"]> | "smc" | "importance";
  /**
   * Inverse temperature: the log ratio, or minus the cost, is multiplied by it.
   *
   * @default {1}
   */
  readonly beta?: number;
  /**
   * Who evaluates the surrogate.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The prior, or its spec, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior | PriorSpec;
}

/** How a fit is sampled, once it is known that it is. */
export interface SamplingOptions extends Omit<PosteriorOptions, "engine" | "prior" | "sampler"> {
  /** As of {@linkcode PosteriorOptions}. */
  readonly sampler?: Exclude<PosteriorOptions["sampler"], "importance">;
}

/** What makes a posterior `p(θ) exp(β fit(θ))` of a fit. */
export type SampledBy = (prior: Prior, fit: LogDensity, options: SamplingOptions) => Posterior;
