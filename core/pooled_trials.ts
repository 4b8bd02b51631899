/**
 * Simulations of several independent trials, as rows of one each.
 *
 * @module
 */

import { requireInteger } from "./_require.ts";
import type { Dataset } from "./dataset.ts";
import { type Points, points, zeros } from "./points.ts";

/**
 * Makes every trial a row of its own, θ repeated: what a likelihood of one trial is trained on.
 *
 * Scores are left out: that of several trials is their sum, and of none of them. What failed, failed as a
 * whole, and is counted so.
 *
 * @param dataset Each x is of `trials` trials, one after another.
 * @param trials How many, a divisor of the width of x.
 * @param most So many of each simulation at most, the first ones.
 * @returns Rows of one trial; those of a θ stand together, see `Dataset.trials`.
 * @throws {RangeError} If `trials` or `most` is not a whole number ≥ 1, or `trials` does not divide the width of x.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, pooledTrials } from "@likely/core";
 *
 * const dataset = { theta: fromRows([[7], [8]]), x: fromRows([[1, 2], [3, 4]]), failed: 0 };
 * const pooled = pooledTrials(dataset, 2);
 * assertEquals(pooled.theta, fromRows([[7], [7], [8], [8]]));
 * assertEquals(pooled.x, fromRows([[1], [2], [3], [4]]));
 * assertEquals(pooled.trials, 2);
 * ```
 */
export function pooledTrials(dataset: Dataset, trials: number, most: number = trials): Dataset {
  const { theta, x, score: _, ...rest } = dataset;
  const dim = trialWidth(x.dim, trials);
  requireInteger("pool trials", "most", most, 1);
  if (trials === 1) return dataset;
  const kept = Math.min(trials, most);
  return {
    ...rest,
    theta: eachRepeated(theta, kept),
    x: points(x.data.filter((_, k) => k % x.dim < kept * dim), dim),
    trials: kept,
  };
}

/**
 * Numbers in one trial.
 *
 * @param xDim Numbers in x.
 * @param trials How many trials they are of.
 * @returns The width.
 * @throws {RangeError} If `trials` is not a whole number ≥ 1 that divides `xDim`.
 */
export function trialWidth(xDim: number, trials: number): number {
  requireInteger("pool trials", "trials", trials, 1);
  if (xDim % trials === 0) return xDim / trials;
  throw new RangeError(
    `Cannot pool trials as trials must divide the width of x, ${xDim}: current value is ${trials}`,
  );
}

function eachRepeated(source: Points, times: number): Points {
  const { data, n, dim } = source;
  const out = zeros(n * times, dim);
  for (let k = 0; k < out.n; k++) {
    const from = Math.floor(k / times) * dim;
    for (let j = 0; j < dim; j++) out.data[k * dim + j] = data[from + j]!;
  }
  return out;
}
