/**
 * What training can be told, tells on the way, and ends in.
 *
 * @module
 */

import type { Engine, Key, LearningCurves, Loss, Scaling, Spec, Weights } from "@likely/core";
import type { TrainingCheckpoint } from "./checkpoint.ts";
import type { Schedule } from "./scheduled_rate.ts";

/** What {@linkcode train} needs to know, and can be told. */
export interface TrainOptions {
  /** Who takes the steps. */
  readonly engine: Engine;
  /** The network. */
  readonly spec: Spec;
  /** The formula that is minimised. */
  readonly loss: Loss;
  /**
   * `[d]`: columns of θ that the network sees on the log scale, by their lower end; `null` for
   * the others. Parameters with a lower end and no upper one are mostly scales and rates, and
   * ratios are smoother in their logarithms.
   *
   * @default {undefined} None.
   */
  readonly logTheta?: readonly (number | null)[];
  /**
   * Standardisation of θ and x, where the caller knows better; `logTheta` is then part of it.
   *
   * @default {undefined} Measured on the rows trained on.
   */
  readonly scaling?: Scaling;
  /**
   * Weights to start from; they are kept if no epoch does better on the rows set aside.
   *
   * @default {undefined} Random ones, see `initWeights`.
   */
  readonly start?: Weights;
  /**
   * Share of the loss of `start` that must be gained for it to be given up, in [0, 1).
   *
   * @default {0}
   */
  readonly startMargin?: number;
  /**
   * Rows in a minibatch, at most the rows trained on.
   *
   * @default {200}
   */
  readonly batchSize?: number;
  /**
   * Adam's learning rate, > 0.
   *
   * @default {5e-4}
   */
  readonly learningRate?: number;
  /**
   * How the learning rate changes; a cosine ends at zero after `maxEpochs`, so choose those
   * with it.
   *
   * @default {"constant"}
   */
  readonly schedule?: Schedule;
  /**
   * Share of the steps so far over which weights are averaged, in (0, 1]: the average is judged and kept. It
   * has lost most of the noise of steps at any time, so that rates may be larger and patience shorter. See
   * `averagingRate`.
   *
   * @default {undefined} No average: weights are judged and kept as they are after an epoch.
   */
  readonly average?: number | undefined;
  /**
   * Slope of the loss in its output, as a share of the largest, below which an engine may learn from a pair
   * by chance only, weighed up, in (0, 1]: most pairs are soon told apart with certainty and teach nothing,
   * but take as long as others. Gradients stay right on average.
   *
   * @default {undefined} All pairs are learned from.
   */
  readonly thin?: number | undefined;
  /**
   * Fraction of the rows set aside to tell when to stop, in (0, 1).
   *
   * @default {0.1}
   */
  readonly validationFraction?: number;
  /**
   * Times that each row set aside is paired, for losses whose pairs add noise of their own.
   *
   * @default {1}
   */
  readonly validationPairings?: number;
  /**
   * Epochs without a better validation loss after which training stops. With an `average` only those count
   * after which rows set aside fare worse than those trained on.
   *
   * @default {20}
   */
  readonly patience?: number;
  /**
   * Epochs after which training stops in any case.
   *
   * @default {1000}
   */
  readonly maxEpochs?: number;
  /**
   * Largest norm of a gradient, beyond which it is rescaled; `Infinity` for no limit.
   *
   * @default {5}
   */
  readonly clipNorm?: number;
  /** Called after every epoch. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called after every epoch, every `checkpointEvery` steps, and when stopped; awaited. */
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint) => void | Promise<void>;
  /** Steps between checkpoints inside an epoch; absent: none inside. */
  readonly checkpointEvery?: number;
  /** Goes on from here, bit for bit on the same engine, data and options. */
  readonly resume?: TrainingCheckpoint;
  /** Stops training when aborted; the best weights so far are kept. */
  readonly signal?: AbortSignal;
}

/** How training is going, after an epoch. */
export interface TrainingProgress {
  /** Epochs done. */
  readonly epoch: number;
  /** Epochs after which training stops in any case. */
  readonly maxEpochs: number;
  /** Steps done. */
  readonly step: number;
  /** Mean loss over the epoch's minibatches. */
  readonly trainLoss: number;
  /** Mean loss over the rows set aside. */
  readonly validationLoss: number;
  /** The best validation loss so far, and its epoch. */
  readonly best: { readonly loss: number; readonly epoch: number };
  /** Since this call began. */
  readonly stepsPerSecond: number;
  /** Until training stops if the loss improves no more. */
  readonly secondsLeft: number;
}

/** A trained network and how it came about. */
export interface Trained {
  /** The network. */
  readonly spec: Spec;
  /** The weights with the best validation loss. */
  readonly weights: Weights;
  /** Standardisation of θ and x. */
  readonly scaling: Scaling;
  /** The loss's name and options. */
  readonly loss: TrainingCheckpoint["about"]["loss"];
  /** The key of the run. */
  readonly key: Key;
  /** Simulations, those set aside included. */
  readonly simulations: number;
  /** Rows of each, where it is not one: independent trials. */
  readonly trials?: number;
  /** Simulations that had failed and were left out. */
  readonly failed: number;
  /** The engine that took the steps. */
  readonly engine: string;
  /** Losses epoch by epoch. */
  readonly history: LearningCurves;
  /** The best validation loss, and its epoch. */
  readonly best: { readonly loss: number; readonly epoch: number };
  /** Epochs done. */
  readonly epochs: number;
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Why training ended. */
  readonly stopped: "patience" | "maxEpochs" | "signal";
}
