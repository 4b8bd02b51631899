/**
 * How a posterior is sampled, and who evaluates the surrogate.
 *
 * @module
 */

import type { Engine, Prior } from "@likely/core";
import type { McmcPosteriorOptions } from "@likely/samplers";

/** Options of `posterior`: the sampler's, and who evaluates. */
export interface PosteriorOptions extends Omit<McmcPosteriorOptions, "sampler"> {
  /**
   * `"smc"` moves particles from the prior to the posterior: for several modes, whose shares chains
   * cannot tell. Of the other options it knows `chains` (its populations), `signal` and `check`.
   *
   * @default {"auto"} NUTS, as surrogates have gradients.
   */
  readonly sampler?: NonNullable<McmcPosteriorOptions["sampler"]> | "smc";
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
   * The prior, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior;
}
