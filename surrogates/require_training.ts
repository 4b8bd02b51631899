/**
 * What training can be told, checked before there are data.
 *
 * @module
 */

import { checkSpec, type Dataset, type Loss } from "@likely/core";
import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";
import type { TrainOptions } from "./train_options.ts";

/** How rows are divided. */
export interface RowsDivided {
  /** Rows trained on. */
  readonly trained: number;
  /** Rows set aside to tell when to stop. */
  readonly aside: number;
}

/**
 * Tells how many rows {@linkcode train} would train on and set aside: a fraction, but as many as the loss
 * needs to pair them.
 *
 * @param rows Rows of data.
 * @param options The fraction, the loss, and how many rows belong together.
 * @returns Both numbers.
 * @throws {RangeError} If the fraction is not in (0, 1), or there are too few rows for either side.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rowsDivided } from "@likely/surrogates";
 *
 * assertEquals(rowsDivided(100), { trained: 90, aside: 10 });
 * ```
 */
export function rowsDivided(
  rows: number,
  options: {
    readonly validationFraction?: number;
    readonly loss?: Pick<Loss, "fewestRows">;
    readonly trials?: number;
  } = {},
): RowsDivided {
  const { validationFraction = 0.1, loss, trials = 1 } = options;
  const fewest = Math.ceil((loss?.fewestRows ?? 1) / trials);
  requireFraction("train", "validationFraction", validationFraction);
  const runs = rows / trials;
  requireInteger(
    "train",
    trials === 1 ? "the number of rows" : "the number of simulations",
    runs,
    2 * fewest,
  );
  const aside = trials * Math.max(fewest, Math.min(runs - fewest, Math.round(runs * validationFraction)));
  return { trained: rows - aside, aside };
}

/**
 * Checks options of {@linkcode train} for so many rows, without any data: simulations are costly, and
 * should not be made for a training that then cannot begin.
 *
 * @param options The options that are given.
 * @param rows Rows that there will be.
 * @throws {TypeError} If the spec cannot be built.
 * @throws {RangeError} If a number is out of range, or there are too few rows.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireTraining } from "@likely/surrogates";
 *
 * assertThrows(() => requireTraining({ batchSize: 100 }, 100), RangeError, "batchSize");
 * ```
 */
export function requireTraining(
  options: Partial<TrainOptions> & Pick<Dataset, "trials">,
  rows: number,
): void {
  const { spec, loss, batchSize, learningRate, patience, maxEpochs, clipNorm, checkpointEvery } = options;
  const { validationPairings, average, thin } = options;
  const { trained } = rowsDivided(rows, options);
  if (spec) checkSpec(spec);
  if (batchSize !== undefined) {
    requireInteger("train", "batchSize", batchSize, loss?.fewestRows ?? 1, trained);
  }
  if (learningRate !== undefined) requirePositive("train", "learningRate", learningRate);
  for (const [name, share] of Object.entries({ average, thin })) {
    if (share === undefined || (share > 0 && share <= 1)) continue;
    throw new RangeError(`Cannot train as ${name} must be in (0, 1]: current value is ${share}`);
  }
  if (patience !== undefined) requireInteger("train", "patience", patience, 1);
  if (maxEpochs !== undefined) requireInteger("train", "maxEpochs", maxEpochs, 1, 2 ** 32 - 1);
  if (clipNorm !== undefined && clipNorm !== Infinity) requirePositive("train", "clipNorm", clipNorm);
  if (checkpointEvery !== undefined && checkpointEvery !== Infinity) {
    requireInteger("train", "checkpointEvery", checkpointEvery, 1);
  }
  if (validationPairings !== undefined) {
    requireInteger("train", "validationPairings", validationPairings, 1);
  }
}
