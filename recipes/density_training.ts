/**
 * How a density estimator is trained, and what comes of it.
 *
 * @module
 */

import type { Artifact, EmbeddingSpec, Engine, LearningCurves, Loss } from "@likely/core";
import type { TrainOptions } from "@likely/surrogates";
import type { EstimatorSpec } from "./density_estimator.ts";
import type { EnsemblePlan } from "./ensemble_plan.ts";
import type { HalfPlan } from "./half_plan.ts";

/** How a density is trained: the estimator's options, and all of `train`'s. */
export interface DensityTrainingOptions
  extends EnsemblePlan, HalfPlan, Partial<Omit<TrainOptions, "spec" | "logTheta" | "scaling">> {
  /**
   * The estimator.
   *
   * @default {undefined} See `densityEstimator`.
   */
  readonly estimator?: EstimatorSpec;
  /**
   * How the condition is embedded.
   *
   * @default {undefined} See `densityEstimator`; x that is a series of 64 numbers or more, by
   * convolutions. Where an estimator is chosen, as it is.
   */
  readonly embedding?: EmbeddingSpec;
  /**
   * A loss whose minimiser is the conditional density.
   *
   * @default {nll()}
   */
  readonly loss?: Loss;
  /**
   * Who trains.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/** A surrogate and how its training went. */
export interface TrainedDensity {
  /** The surrogate: a normalised density. */
  readonly artifact: Artifact;
  /** Mean losses epoch by epoch, in nats of the standardised target. */
  readonly history: LearningCurves;
  /** What speaks against the surrogate; the artifact's provenance repeats it. */
  readonly warnings: readonly string[];
}
