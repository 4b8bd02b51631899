/**
 * Is an observation like what the surrogate was trained on? Asked whenever one is set.
 *
 * @module
 */

import { type Artifact, asPoints, type Engine, type Rows } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { unlikeTraining } from "./_unlike_training.ts";

/** Options of {@linkcode observationWarnings}. */
export interface ObservationWarningsOptions {
  /**
   * Who embeds the observation.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The share of right observations that are warned of all the same.
   *
   * @default {0.01}
   */
  readonly level?: number;
}

/**
 * Compares an observation with the simulations that a surrogate was trained on, number by number
 * and as the network's embedding sees it. Far from them the network knows nothing, and its
 * posterior may be anything. A cost whose form in x is known (see `trainCost`'s `structure`) knows
 * more: it errs as its means of x do, times how far x lies from them.
 *
 * A likelihood or a ratio that was trained in rounds for another observation is told, too.
 *
 * Of several observations the one farthest off is named, at `level` over their number.
 *
 * @param artifact The surrogate; one without `reference` warns of nothing.
 * @param x `[m, p]`: observations.
 * @param options Who embeds, how sure to be.
 * @returns At most one sentence for the data, one for the embedding and one for rounds.
 * @throws {TypeError} If the observation has the wrong width.
 *
 * @example Usage
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { fromRows, key, nre, observationWarnings, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 500, maxEpochs: 3 });
 * assertEquals(await observationWarnings(artifact, fromRows([[0.1, 0.2]])), []);
 * const [warning] = await observationWarnings(artifact, fromRows([[8, 0]]));
 * assert(warning!.startsWith("The observation is unlike the simulations"));
 * ```
 */
export async function observationWarnings(
  artifact: Artifact,
  x: Rows,
  options: ObservationWarningsOptions = {},
): Promise<string[]> {
  const { engine = fusedEngine(), level = 0.01 } = options;
  return await unlikeTraining(artifact, asPoints(x), { engine, level });
}
