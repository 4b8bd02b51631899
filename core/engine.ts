/**
 * The seam between a description (spec, loss, artifact) and the program that runs it.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import type { ConditionalDensity } from "./conditional_density.ts";
import type { LogDensities, LogDensity } from "./log_density.ts";
import type { Loss } from "./loss.ts";
import type { Points } from "./points.ts";
import type { Scaling } from "./scaling.ts";
import type { Spec } from "./spec.ts";
import type { TrainState, TrainStep } from "./train_step.ts";

/**
 * Runs specs and losses. What an engine does not support it refuses by throwing
 * `UnsupportedError`; the next engine is then tried.
 */
export interface Engine {
  /** For provenance. */
  readonly name: string;
  /** Prepares training from the given state. */
  trainStep(plan: TrainPlan): Promise<TrainStep>;
  /**
   * The network's output as a function of θ at the rows of `x` (added up when there are
   * several: independent observations of one θ). Neither prior nor support is included.
   * Values in nats for ratio and likelihood artifacts; in units of distance for cost ones.
   * For posterior artifacts it is the log posterior density, support included, of the one row.
   */
  logDensity(artifact: Artifact, x: Points): Promise<LogDensity & Disposable>;
  /**
   * The same, every row of `x` an observation of its own: density i is the network's output at
   * row i alone. All points of a call are evaluated together, whatever rows they belong to.
   */
  logDensities(artifact: Artifact, x: Points): Promise<ObservedDensities>;
  /**
   * A density estimator as what it is: log densities of any targets given any conditions, and draws.
   * Refused for networks that are none.
   */
  density(artifact: Artifact): Promise<ConditionalDensity & Disposable>;
}

/** What {@linkcode Engine.logDensities} returns; owns engine memory until disposed. */
export interface ObservedDensities extends LogDensities, Disposable {
  /** `[n, out]`: rows of x as the network's embedding sees them; standardised x without one. */
  readonly embedded: Points;
}

/** What {@linkcode Engine.trainStep} needs. */
export interface TrainPlan {
  /** The network. */
  readonly spec: Spec;
  /** The loss. */
  readonly loss: Loss;
  /** Standardisation of θ and x. */
  readonly scaling: Scaling;
  /** Where to start. */
  readonly state: TrainState;
  /** Largest norm of the gradient; beyond it the gradient is rescaled. Absent: no limit. */
  readonly clipNorm?: number;
  /**
   * Share of the steps so far over which weights are averaged, see `averagingRate`; the average is what
   * `TrainStep.evaluate` judges. Absent: the weights themselves are judged.
   */
  readonly average?: number;
  /**
   * An engine may learn from a pair whose share of the loss's slope is below this, in (0, 1], by chance only,
   * as likely as the slope is large, and then weighed up, so that gradients stay right on average. Absent: all
   * pairs are learned from.
   */
  readonly thin?: number;
  /** Most rows of x in a batch, where that is known: an engine may refuse what it has no room for, or is too little. */
  readonly rows?: number;
}
