/**
 * Telling two samples apart: what `c2st` and `lc2st` train.
 *
 * @module
 */

import { drawPermutation, foldIn, type Key, type Points, split, stream } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { type Matrix, matrix } from "./_dense.ts";
import { adam, arraysOf, backward, forward, initMlp, type Mlp } from "./_mlp.ts";

/** Probabilities of label 1, row by row: `[n]`. */
export type Classify = (rows: Points) => Float64Array;

/**
 * Trains a classifier on rows with labels 0 and 1. Rows come standardised. Anything that can
 * be trained will do: a forest, a larger network on a faster engine.
 */
export type ClassifierTrainer = (
  key: Key,
  rows: Points,
  labels: Uint8Array,
) => Classify | Promise<Classify>;

/** Options of {@linkcode mlpClassifier}. */
export interface MlpClassifierOptions {
  /**
   * Units of the hidden layers.
   *
   * @default {undefined} Two layers of ten times as many units as there are columns.
   */
  readonly hidden?: readonly number[] | undefined;
  /**
   * Most passes over the rows.
   *
   * @default 1000
   */
  readonly epochs?: number | undefined;
  /**
   * Passes without a loss lower by 1e-4 after which training ends.
   *
   * @default 10
   */
  readonly patience?: number | undefined;
  /**
   * Rows in a batch.
   *
   * @default 200
   */
  readonly batch?: number | undefined;
  /**
   * Adam's learning rate.
   *
   * @default 1e-3
   */
  readonly learningRate?: number | undefined;
}

// scikit-learn's defaults: weight decay, and what counts as a lower loss.
const DECAY = 1e-4;
const TOLERANCE = 1e-4;

/**
 * Makes the classifier of the simulation-based inference benchmark: two hidden layers of ReLU
 * units, Adam, trained until the loss stops falling.
 *
 * Source: Lueckmann et al. (2021), https://arxiv.org/abs/2101.04653, after scikit-learn's
 * `MLPClassifier`, whose defaults and stopping rule it follows. Float64 on one thread.
 *
 * @param options The network and its training.
 * @returns The trainer.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { mlpClassifier } from "@likely/diagnostics";
 *
 * const rows = fromRows([[-1], [-0.5], [0.5], [1]]);
 * const classify = await mlpClassifier()(key(0), rows, new Uint8Array([0, 0, 1, 1]));
 * const probabilities = classify(rows);
 * assert(probabilities[0]! < 0.5 && probabilities[3]! > 0.5);
 * ```
 */
export function mlpClassifier(options: MlpClassifierOptions = {}): ClassifierTrainer {
  const { hidden, epochs = 1000, patience = 10, batch = 200, learningRate = 1e-3 } = options;
  const counts = { epochs, patience, batch };
  for (const [name, value] of Object.entries(counts)) requireInteger("make a classifier", name, value, 1);
  return (key, rows, labels) => {
    const [forInit, forBatches] = split(key, 2);
    const widths = [rows.dim, ...hidden ?? [10 * rows.dim, 10 * rows.dim], 1];
    const mlp = initMlp(forInit, widths);
    const step = adam(arraysOf(mlp), learningRate);
    const rule = stopping(patience);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = drawPermutation(stream(foldIn(forBatches, epoch)), rows.n);
      let loss = 0;
      for (let first = 0; first < rows.n; first += batch) {
        const part = take(rows, labels, order.subarray(first, first + batch));
        const found = lossAndGradient(mlp, part);
        step(arraysOf(found.gradient));
        loss += found.loss * part.x.rows / rows.n;
      }
      if (rule(loss)) break;
    }
    return (at) => probabilities(forward(mlp, asMatrix(at)).at(-1)!.data);
  };
}

// Whether to stop, told the loss of each epoch.
function stopping(patience: number): (loss: number) => boolean {
  let best = Infinity;
  let idle = 0;
  return (loss) => {
    idle = loss > best - TOLERANCE ? idle + 1 : 0;
    best = Math.min(best, loss);
    return idle > patience;
  };
}

interface Part {
  readonly x: Matrix;
  readonly labels: Uint8Array;
}

function take(rows: Points, labels: Uint8Array, indices: Uint32Array): Part {
  const x = matrix(indices.length, rows.dim);
  indices.forEach((i, k) => x.data.set(rows.data.subarray(i * rows.dim, (i + 1) * rows.dim), k * rows.dim));
  return { x, labels: Uint8Array.from(indices, (i) => labels[i]!) };
}

// Mean cross-entropy with weight decay, and its gradient.
function lossAndGradient(mlp: Mlp, { x, labels }: Part): { loss: number; gradient: Mlp } {
  const values = forward(mlp, x);
  const n = x.rows;
  const logits = values.at(-1)!.data;
  const delta = matrix(n, 1);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    // log(1 + exp(∓ logit)) without overflow.
    const against = labels[i] === 1 ? -logits[i]! : logits[i]!;
    loss += (Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)))) / n;
    delta.data[i] = (1 / (1 + Math.exp(-logits[i]!)) - labels[i]!) / n;
  }
  const gradient = backward(mlp, values, delta);
  gradient.forEach(({ weight }, l) => {
    const source = mlp[l]!.weight.data;
    for (let k = 0; k < source.length; k++) {
      weight.data[k]! += DECAY / n * source[k]!;
      loss += DECAY / (2 * n) * source[k]! * source[k]!;
    }
  });
  return { loss, gradient };
}

function asMatrix({ data, n, dim }: Points): Matrix {
  return { data, rows: n, cols: dim };
}

function probabilities(logits: Float64Array): Float64Array {
  return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
}
