import { tf } from "@likely/core/lazy-tensor";
import type { Vector } from "@likely/core/tensor";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * All weights end to end with their moments, `[P]` each: a handful of operations updates
 * them all. An alias, as tidy takes no interface.
 */
export type AdamVectors = {
  readonly weights: Vector;
  readonly first: Vector;
  readonly second: Vector;
  /** The running mean of the weights; absent where nobody asked for one. */
  readonly average?: Vector;
};

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1). The bias corrections come from the number
 * of steps and not from accumulators, so that a restart goes on bit for bit.
 */
export function adam(
  from: AdamVectors,
  gradient: Vector,
  at: { readonly step: number; readonly learningRate: number; readonly averagingRate: number },
): AdamVectors {
  const { step, learningRate, averagingRate } = at;
  const first = tf.add(tf.mul(from.first, BETA1), tf.mul(gradient, 1 - BETA1)) as Vector;
  const second = tf.add(tf.mul(from.second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)) as Vector;
  const rate = learningRate / (1 - BETA1 ** step);
  const spread = tf.add(tf.mul(tf.sqrt(second), 1 / Math.sqrt(1 - BETA2 ** step)), EPSILON);
  const weights = tf.sub(from.weights, tf.mul(tf.div(first, spread), rate)) as Vector;
  const mean = from.average;
  const average = mean && tf.add(mean, tf.mul(tf.sub(weights, mean), averagingRate)) as Vector;
  return { weights, first, second, ...(average && { average }) };
}

/** Rescales a gradient whose norm is beyond `largest`. */
export function clipNorm(gradient: Vector, largest: number): Vector {
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.minimum(tf.div(largest, norm), 1));
}
