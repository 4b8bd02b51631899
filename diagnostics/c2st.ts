/**
 * Classifier two-sample test.
 *
 * @module
 */

import {
  asPoints,
  drawPermutation,
  foldIn,
  gatherRows,
  type Key,
  type Rows,
  split,
  stream,
} from "@likely/core";
import { requireColumns, requireInteger, requireKey, requireRows } from "@likely/core/check";
import { type ClassifierTrainer, mlpClassifier } from "./classifier.ts";
import { stacked, standardBy } from "./_standard_rows.ts";

/** Options of {@linkcode c2st}. */
export interface C2stOptions {
  /**
   * Parts of the data, each judged by a classifier trained on the others.
   *
   * @default 5
   */
  readonly folds?: number | undefined;
  /**
   * What tells the samples apart.
   *
   * @default {undefined} `mlpClassifier()`, the benchmark's.
   */
  readonly train?: ClassifierTrainer | undefined;
}

/**
 * Computes how well a classifier tells a sample from a reference: its accuracy on rows it has
 * not seen, 0.5 for equal distributions, 1 for separate ones.
 *
 * As the simulation-based inference benchmark defines it: both sides standardised by the
 * reference's means and sds, five shuffled folds, a network of two hidden layers of `10 d` ReLU
 * units. Compare figures only at equal numbers of rows; sides of unequal size shift the
 * baseline. With `n` rows a side the standard error is about `0.5 / √(2n)`.
 *
 * The cost grows with the rows and with `d²`, and is largest where there is little to find: a
 * network goes on learning its rows by heart until the loss stands still. Count on a second for
 * 1,000 against 1,000 in two dimensions and minutes for 10,000 against 10,000 in ten.
 *
 * Source: Lopez-Paz & Oquab (2017), https://arxiv.org/abs/1610.06545; Lueckmann et al. (2021),
 * https://arxiv.org/abs/2101.04653.
 *
 * @param key Shuffles the folds and starts the classifiers.
 * @param reference `[n, d]`: what is taken for true.
 * @param sample `[m, d]`.
 * @param options Folds and classifier.
 * @returns The mean accuracy over the folds, in [0, 1].
 * @throws {TypeError} If the widths differ.
 * @throws {RangeError} If there are fewer rows than folds or a number is not finite.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, split } from "@likely/core";
 * import { c2st } from "@likely/diagnostics";
 *
 * const [a, b, forTest] = split(key(0), 3);
 * const reference = independent({ mu: normal(0, 1) }).sample(a, 100);
 * const shifted = independent({ mu: normal(9, 1) }).sample(b, 100);
 * assert(await c2st(forTest!, reference, shifted) > 0.99);
 * ```
 */
export async function c2st(
  key: Key,
  reference: Rows,
  sample: Rows,
  options: C2stOptions = {},
): Promise<number> {
  const { folds = 5, train = mlpClassifier() } = options;
  requireInteger("run C2ST", "folds", folds, 2);
  requireKey("run C2ST", key);
  const [a, b] = [asPoints(reference), asPoints(sample)];
  requireColumns("run C2ST", "the sample", b, a.dim);
  requireRows("run C2ST", "the reference", a, folds);
  requireRows("run C2ST", "the sample", b, folds);
  const [forFolds, forTraining] = split(key, 2);
  const rows = standardBy(a)(stacked(a, b));
  const labels = Uint8Array.from({ length: rows.n }, (_, i) => i < a.n ? 0 : 1);
  const order = drawPermutation(stream(forFolds), rows.n);
  let accuracy = 0;
  for (let fold = 0; fold < folds; fold++) {
    const seen = order.filter((_, k) => k % folds !== fold);
    const unseen = order.filter((_, k) => k % folds === fold);
    const classify = await train(foldIn(forTraining, fold), gatherRows(rows, seen), at(labels, seen));
    const found = classify(gatherRows(rows, unseen));
    const right = at(labels, unseen).filter((label, k) => (found[k]! > 0.5 ? 1 : 0) === label);
    accuracy += right.length / unseen.length / folds;
  }
  return accuracy;
}

function at(labels: Uint8Array, indices: Uint32Array): Uint8Array {
  return Uint8Array.from(indices, (i) => labels[i]!);
}
