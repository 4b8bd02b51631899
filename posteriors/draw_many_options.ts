/**
 * How posteriors of many observations are drawn from.
 *
 * @module
 */

import type { Engine, Prior } from "@likely/core";
import type { SmcManyOptions } from "@likely/samplers";

/** Options of `drawMany`. */
export interface DrawManyOptions {
  /**
   * Draws of each posterior, ≥ 1; of surrogates that must be sampled, at least as many.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Inverse temperature, as of `posterior`.
   *
   * @default {1}
   */
  readonly beta?: number;
  /**
   * How particles sample posteriors that were not learned as densities; at least `draws` of them. Without it
   * weighted proposals sample, and particles where these cannot be trusted.
   *
   * @default {undefined}
   */
  readonly smc?: Omit<SmcManyOptions, "signal">;
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
  /** Stops particles: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
