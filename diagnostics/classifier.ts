/**
 * Telling two samples apart: what `c2st` and `lc2st` train.
 *
 * @module
 */

import { drawPermutation, foldIn, type Key, type Points, split, stream } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { adam, backward, forward, initMlp, makeMlp, type Mlp } from "./_mlp.ts";

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
   * @default 10_000
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
// Beyond this many standard deviations rows look alike; float32 ends at 1e38.
const FARTHEST = 1e9;
/** Rows classified at once. */
const CHUNK = 512;

/**
 * Makes the classifier of the simulation-based inference benchmark: two hidden layers of ReLU
 * units, Adam, trained until the loss stops falling.
 *
 * Source: Lueckmann et al. (2021), https://arxiv.org/abs/2101.04653, after scikit-learn's
 * `MLPClassifier`, whose defaults and stopping rule it follows. Float32
 * and WebAssembly SIMD on one thread, the same numbers on every machine.
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
  const { hidden, epochs = 10_000, patience = 10, batch = 200, learningRate = 1e-3 } = options;
  const counts = { epochs, patience, batch };
  for (const [name, value] of Object.entries(counts)) requireInteger("make a classifier", name, value, 1);
  return (key, rows, labels) => {
    const widths = [rows.dim, ...hidden ?? [10 * rows.dim, 10 * rows.dim], 1];
    const parameters = fit(key, { rows, labels }, { widths, epochs, patience, batch, learningRate });
    return (at) => predict(parameters, widths, at);
  };
}

interface Labelled {
  readonly rows: Points;
  readonly labels: Uint8Array;
}

interface Fit {
  readonly widths: readonly number[];
  readonly epochs: number;
  readonly patience: number;
  readonly batch: number;
  readonly learningRate: number;
}

// The parameters after training.
function fit(key: Key, data: Labelled, { widths, epochs, patience, batch, learningRate }: Fit): Float32Array {
  const [forInit, forBatches] = split(key, 2);
  const { n } = data.rows;
  const mlp = makeMlp(widths, Math.min(batch, n));
  initMlp(forInit, mlp, widths);
  const step = adam(mlp, learningRate);
  const isDone = stopping(patience);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = drawPermutation(stream(foldIn(forBatches, epoch)), n);
    let loss = 0;
    for (let first = 0; first < n; first += batch) {
      const part = order.subarray(first, first + batch);
      loss += lossAndGradient(mlp, data, part) * part.length / n;
      step();
    }
    if (isDone(loss)) break;
  }
  return mlp.parameters.slice();
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

// Mean cross-entropy with weight decay; fills the gradient.
function lossAndGradient(mlp: Mlp, { rows, labels }: Labelled, part: Uint32Array): number {
  part.forEach((i, k) => writeRow(mlp, k, rows, i));
  forward(mlp);
  const { data: logits, cols } = mlp.values.at(-1)!;
  const slopes = mlp.slopes.at(-1)!.data.fill(0);
  const n = part.length;
  let loss = 0;
  for (let k = 0; k < n; k++) {
    const logit = logits[k * cols]!;
    const label = labels[part[k]!]!;
    // log(1 + exp(∓ logit)) without overflow.
    const against = label === 1 ? -logit : logit;
    loss += (Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)))) / n;
    slopes[k * cols] = (sigmoid(logit) - label) / n;
  }
  backward(mlp);
  return loss + decay(mlp, DECAY / n);
}

// Adds `rate` times the weights to their gradient; returns the penalty that it belongs to.
function decay({ layers, gradients }: Mlp, rate: number): number {
  let squares = 0;
  layers.forEach(({ weight }, l) => {
    const gradient = gradients[l]!.weight.data;
    for (let k = 0; k < gradient.length; k++) {
      const w = weight.data[k]!;
      gradient[k]! += rate * w;
      squares += w * w;
    }
  });
  return rate / 2 * squares;
}

function predict(parameters: Float32Array, widths: readonly number[], at: Points): Float64Array {
  const mlp = makeMlp(widths, Math.min(CHUNK, at.n));
  mlp.parameters.set(parameters);
  const { data: logits, cols } = mlp.values.at(-1)!;
  const out = new Float64Array(at.n);
  for (let first = 0; first < at.n; first += CHUNK) {
    const n = Math.min(CHUNK, at.n - first);
    for (let k = 0; k < n; k++) writeRow(mlp, k, at, first + k);
    forward(mlp);
    for (let k = 0; k < n; k++) out[first + k] = sigmoid(logits[k * cols]!);
  }
  return out;
}

function writeRow({ values }: Mlp, k: number, { data, dim }: Points, i: number): void {
  const input = values[0]!;
  for (let j = 0; j < dim; j++) {
    input.data[k * input.cols + j] = Math.max(-FARTHEST, Math.min(data[i * dim + j]!, FARTHEST));
  }
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
