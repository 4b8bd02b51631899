/**
 * Optimisation steps on tensors: any spec, any loss, any backend.
 *
 * @module
 */

import { averagingRate, checkWeights, type TrainPlan, type TrainState, type TrainStep } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Scalar, Vector } from "@likely/core/tensor";
import { adam, type AdamVectors, clipNorm } from "./_adam.ts";
import { type FlatWeights, flatWeights } from "./_flat_weights.ts";
import { type LossGradient, termGradients } from "./_term_gradients.ts";
import { read } from "./_read.ts";
import { tensorBatch } from "./_tensor_batch.ts";
import { network } from "./network.ts";

/**
 * Prepares training on the backend in use: Adam (β 0.9 and 0.999, ε 1e−8) on the gradient of
 * the loss, rescaled where its norm is beyond `clipNorm`. float32.
 *
 * Started from a state, it goes on bit for bit as the run that the state was taken from, on
 * the same backend.
 *
 * @param plan What to train, on what terms, and where to start.
 * @returns The steps; they own tensors until disposed.
 * @throws {TypeError | RangeError} If the spec is not legal or the weights are not its own.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, initWeights, key, type NetworkSpec, pairWithOthers } from "@likely/core";
 * import { tf, useBackend } from "@likely/core/tensor";
 * import { tensorTrainStep } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [8], activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * const one = { mean: [0], std: [1] };
 * using train = tensorTrainStep({
 *   spec,
 *   loss: {
 *     name: "bce",
 *     options: {},
 *     assemble: (key, data, rows) => pairWithOthers(key, data, rows, 2),
 *     compute: (estimate, { theta, x }) => tf.mean(tf.softplus(tf.mul(estimate(theta, x), [[-1, 1]]))),
 *   },
 *   scaling: { theta: one, x: one },
 *   state: { weights: initWeights(key(0), spec), steps: 0 },
 * });
 * const batch = { theta: fromRows([[0], [1], [1], [0]]), x: fromRows([[0], [1]]), atoms: 2 };
 * const before = await train.step(batch, 1e-2);
 * assert(await train.evaluate(batch) < before);
 * ```
 */
export function tensorTrainStep(plan: TrainPlan): TrainStep {
  const { spec, loss, scaling, state } = plan;
  checkWeights(spec, state.weights);
  const { estimate } = network(spec);
  const flat = flatWeights(spec);
  const terms = termGradients(flat, loss, (weights) => estimate(weights));
  let now = upload(flat, plan);
  let { steps, termWeights } = state;

  const update = ({ value, gradient }: LossGradient, learningRate: number): Scalar => {
    const next = tf.tidy(() => {
      const clipped = plan.clipNorm === undefined ? gradient : clipNorm(gradient, plan.clipNorm);
      return adam(now, clipped, {
        step: steps,
        learningRate,
        averagingRate: averagingRate(plan.average ?? 0, steps),
      });
    });
    gradient.dispose();
    release(now);
    now = hold(next);
    return value;
  };

  return {
    name: `tfjs-${tf.getBackend()}`,
    step: (batch, learningRate) => {
      const weighed = terms.weighs(steps++);
      const on = () => tensorBatch(batch, scaling);
      if (!weighed) {
        return read(update(terms.together(now.weights, on, termWeights), learningRate), only);
      }
      return terms.apart(now.weights, on, termWeights, (found, weights) => {
        termWeights = weights;
        return read(update(found, learningRate), only);
      });
    },
    stepOn: (batches, combine, learningRate) => {
      steps++;
      const found = batches.map((batch) => terms.alone(now.weights, () => tensorBatch(batch, scaling)));
      const all = tf.tidy(() =>
        tf.concat([tf.stack(found.map(({ value }) => value)), ...found.map(({ gradient }) => gradient)])
      );
      found.forEach(({ value, gradient }) => tf.dispose([value, gradient]));
      return read(all, (numbers) => {
        const size = flat.size;
        const n = batches.length;
        const gradients = batches.map((_, k) => numbers.slice(n + k * size, n + (k + 1) * size));
        const losses = Array.from(numbers.subarray(0, n));
        const gradient = tf.tensor1d(combine(gradients, losses)) as Vector;
        update({ value: tf.scalar(0), gradient }, learningRate).dispose();
        return losses;
      });
    },
    evaluate: (batch) =>
      read(terms.judge(now.average ?? now.weights, () => tensorBatch(batch, scaling)), only),
    state: () => download(flat, now, { steps, ...(termWeights && { termWeights }) }),
    [Symbol.dispose]: () => release(now),
  };
}

const only = ([value]: Float32Array): number => value!;

/** Tidies that this runs inside of must not dispose of what has to last. */
function hold(vectors: AdamVectors): AdamVectors {
  return {
    weights: tf.keep(vectors.weights),
    first: tf.keep(vectors.first),
    second: tf.keep(vectors.second),
    ...(vectors.average && { average: tf.keep(vectors.average) }),
  };
}

function release(vectors: AdamVectors): void {
  tf.dispose({ ...vectors });
}

function upload(flat: FlatWeights, { state, average }: Pick<TrainPlan, "state" | "average">): AdamVectors {
  const { weights, firstMoment, secondMoment } = state;
  const vector = (source: TrainState["firstMoment"]): Vector =>
    source ? tf.tensor1d(flat.join(source)) : tf.zerosLike(tf.tensor1d(flat.join(weights)));
  return hold(tf.tidy(() => ({
    weights: vector(weights),
    first: vector(firstMoment),
    second: vector(secondMoment),
    ...(average !== undefined && { average: vector(state.average ?? weights) }),
  })));
}

function download(
  flat: FlatWeights,
  vectors: AdamVectors,
  rest: Pick<TrainState, "steps" | "termWeights">,
): TrainState | Promise<TrainState> {
  const { weights, first, second, average } = vectors;
  return read(tf.concat([weights, first, second, ...(average ? [average] : [])]), (values) => {
    const part = (k: number) => flat.split(values.subarray(k * flat.size, (k + 1) * flat.size));
    return {
      weights: part(0),
      firstMoment: part(1),
      secondMoment: part(2),
      ...(average && { average: part(3) }),
      ...rest,
    };
  });
}
