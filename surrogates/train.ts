/**
 * The training loop: one for every engine, spec and loss.
 *
 * @module
 */

import { type Dataset, DeviceLostError, type Key } from "@likely/core";
import { planTraining, type TrainingPlan } from "./_plan.ts";
import { TrainingRun } from "./_training_run.ts";
import type { Trained, TrainOptions } from "./train_options.ts";

/**
 * Trains a network on simulated pairs and returns the weights that did best on rows set aside.
 *
 * Every epoch takes the rows in a new order and pairs them anew; the rows set aside are paired
 * once, so that validation losses compare. Which rows, orders, pairs and starting weights
 * follows from the key alone: on one engine the same call gives the same weights, whether or
 * not it was interrupted and resumed in between.
 *
 * Where the engine computes on a device that is lost on the way, training goes on from the last checkpoint,
 * that of the epoch before if nothing else, with whatever engine is there then; {@linkcode Trained.engine}
 * names all of them.
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
  const { run, stopped, before } = await toEnd(plan, options);
  const { weights, ...best } = run.best!;
  return {
    spec: options.spec,
    weights,
    scaling: plan.scaling,
    loss: plan.about.loss,
    key,
    simulations: data.theta.n / (data.trials ?? 1),
    ...(data.trials && { trials: data.trials }),
    failed: data.failed,
    engine: [...before, run.engine].join(", then "),
    history: run.history,
    best,
    epochs: run.history.validation.length,
    steps: run.steps,
    stopped,
  };
}

/** Devices that a run outlives; a machine that loses more is not to be trained on. */
const MOST_LOST = 3;

interface Ended {
  readonly run: TrainingRun;
  readonly stopped: Trained["stopped"];
  /** Engines whose device was lost on the way, and when. */
  readonly before: readonly string[];
}

/** Runs to the end, from the last checkpoint on again where a device is lost. */
async function toEnd(plan: TrainingPlan, options: TrainOptions): Promise<Ended> {
  const before: string[] = [];
  let { resume } = options;
  while (true) {
    using run = await TrainingRun.begin(plan, { ...options, ...(resume && { resume }) });
    try {
      return { run, stopped: await run.toEnd(), before };
    } catch (error) {
      if (!(error instanceof DeviceLostError) || before.length === MOST_LOST) throw error;
      resume = run.kept;
      before.push(`${run.engine}, lost after ${resume?.state.steps ?? 0} steps`);
    }
  }
}
