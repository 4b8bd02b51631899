/**
 * The training loop: one for every engine, spec and loss.
 *
 * @module
 */

import type { Dataset, Engine, Key, LearningCurves, Loss, Scaling, Spec, Weights } from "@likely/core";
import { planTraining } from "./_plan.ts";
import { TrainingRun } from "./_training_run.ts";
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
   * Epochs without a better validation loss after which training stops.
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
  /** Rows of data, those set aside included. */
  readonly simulations: number;
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

/**
 * Trains a network on simulated pairs and returns the weights that did best on rows set aside.
 *
 * Every epoch takes the rows in a new order and pairs them anew; the rows set aside are paired
 * once, so that validation losses compare. Which rows, orders, pairs and starting weights
 * follows from the key alone: on one engine the same call gives the same weights, whether or
 * not it was interrupted and resumed in between.
 *
 * Yields to the event loop a few times a second, so that signals arrive and pages repaint.
 *
 * @param key The key to consume.
 * @param data Pairs (θ, x), all finite.
 * @param options What to train, and how.
 * @returns The trained network.
 * @throws {TypeError} If the data's widths are not the spec's.
 * @throws {RangeError} If a number is out of range, a row is not finite, or there are too few
 * rows; or if the checkpoint is of another run.
 * @throws {TrainingError} If a loss is not finite; names the step and carries the best weights.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, key, pairWithOthers, points, split, stream } from "@likely/core";
 * import { tf, useBackend } from "@likely/core/tensor";
 * import { tensorEngine, train } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * const [forData, forTraining] = split(key(0), 2);
 * const random = stream(forData);
 * const theta = points(Float64Array.from({ length: 500 }, () => drawNormal(random)), 1);
 * const x = points(theta.data.map((mean) => drawNormal(random, mean)), 1);
 * const trained = await train(forTraining, { theta, x, failed: 0 }, {
 *   engine: tensorEngine(),
 *   spec: {
 *     kind: "network",
 *     thetaDim: 1,
 *     xDim: 1,
 *     trunk: { kind: "mlp", hidden: [8], activation: "silu" },
 *     head: { kind: "linear" },
 *   },
 *   loss: {
 *     name: "bce",
 *     options: {},
 *     assemble: (key, data, rows) => pairWithOthers(key, data, rows, 2),
 *     compute: (estimate, { theta, x }) => tf.mean(tf.softplus(tf.mul(estimate(theta, x), [[-1, 1]]))),
 *   },
 *   learningRate: 1e-2,
 *   maxEpochs: 5,
 * });
 * assert(trained.best.loss < Math.log(2));
 * ```
 */
export async function train(key: Key, data: Dataset, options: TrainOptions): Promise<Trained> {
  const plan = planTraining(key, data, options);
  using run = await TrainingRun.begin(plan, options);
  const stopped = await run.toEnd();
  const { weights, ...best } = run.best!;
  return {
    spec: options.spec,
    weights,
    scaling: plan.scaling,
    loss: plan.about.loss,
    key,
    simulations: data.theta.n,
    failed: data.failed,
    engine: run.engine,
    history: run.history,
    best,
    epochs: run.history.validation.length,
    steps: run.steps,
    stopped,
  };
}
