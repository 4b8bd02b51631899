/**
 * Is an observation like the simulations? Asked before a posterior is.
 *
 * @module
 */

import { drawPermutation, fromRows, gatherRows, type Key, type Points, stream } from "@likely/core";
import { requireColumns, requireInteger, requireRows } from "@likely/core/check";
import { cloudOf, judgeBy } from "./_cloud.ts";
import type { MisspecificationCheck } from "./misspecification_check.ts";

/** Options of {@linkcode misspecification}. */
export interface MisspecificationOptions {
  /**
   * A summary of the data in which to measure: the network's embedding, say.
   *
   * @default {undefined} The data themselves.
   */
  readonly embed?: ((x: Points) => Points) | undefined;
  /**
   * How many nearest simulations the distance is averaged over.
   *
   * @default 5
   */
  readonly neighbours?: number | undefined;
  /**
   * Most simulations to measure distances to.
   *
   * @default 5000
   */
  readonly references?: number | undefined;
  /**
   * Most simulations to rank an observation among; the least p-value is one over one more.
   *
   * @default 1000
   */
  readonly heldOut?: number | undefined;
}

/**
 * Learns what simulated data look like, to tell observations that the simulator cannot make: a
 * network knows nothing of those, and its posterior there can be anything.
 *
 * The distance is the mean over the nearest simulations, after whitening (the Mahalanobis
 * distance, with a ridge of 1e-6 on the correlations, so that columns may depend on each
 * other). It is ranked among held-out simulations, which makes the p-value exact: one true
 * observation in a hundred is at or below 0.01. Errors that stay within the simulations pass.
 *
 * Source: in the spirit of Schmitt et al. (2024), "Detecting model misspecification in amortized
 * Bayesian inference", https://arxiv.org/abs/2406.03154; the p-value is that of split conformal
 * prediction (Vovk et al. 2005).
 *
 * @param key Splits the simulations.
 * @param simulations `[n, p]`: x of the training set, n ≥ 20.
 * @param options Where and how to measure.
 * @returns The check, to be run whenever an observation is set.
 * @throws {RangeError} If there are fewer than 20 simulations, one is not finite, or an option is
 * out of its range.
 *
 * @example Usage
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { independent, key, normal, split } from "@likely/core";
 * import { misspecification } from "@likely/diagnostics";
 *
 * const [forData, forCheck] = split(key(0), 2);
 * const simulations = independent({ a: normal(0, 1), b: normal(0, 5) }).sample(forData, 1000);
 * const { check, warning } = misspecification(forCheck, simulations);
 * assert(check([0.5, -3]).pValue > 0.05);
 * assertEquals(warning([9, 0])?.startsWith("The observation is unlike"), true);
 * ```
 */
export function misspecification(
  key: Key,
  simulations: Points,
  options: MisspecificationOptions = {},
): MisspecificationCheck {
  const { embed = (x: Points) => x, neighbours = 5, references = 5000, heldOut = 1000 } = options;
  requireInteger("check observations", "neighbours", neighbours, 1);
  requireInteger("check observations", "references", references, neighbours);
  requireInteger("check observations", "heldOut", heldOut, 1);
  const rows = embed(simulations);
  requireRows("check observations", "the simulations", rows, 20);
  // Half of few simulations are held out; of many, as many as asked for.
  const held = Math.min(heldOut, rows.n >> 1);
  const order = drawPermutation(stream(key), rows.n);
  const cloud = cloudOf(gatherRows(rows, order.subarray(held, held + references)), neighbours);
  const others = cloud.whiten(gatherRows(rows, order.subarray(0, held)));
  const ranked = Float64Array.from({ length: held }, (_, i) => cloud.distance(others, i));
  return judgeBy(cloud, ranked, (x) => {
    const observation = fromRows([x]);
    requireColumns("check an observation", "x", observation, simulations.dim);
    return embed(observation);
  });
}
