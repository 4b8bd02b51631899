/**
 * Several cost networks that know where they disagree.
 *
 * @module
 */

import { type Artifact, foldIn, type Key, row, split, stream } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { costSpread } from "@likely/posteriors/cost-spread";
import type { CostEnsemble } from "@likely/posteriors/ensemble-posterior";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { trainCost, type TrainCostOptions } from "./train_cost.ts";

/** Options of {@linkcode costEnsemble}: those of each network, and how many. */
export interface CostEnsembleOptions extends TrainCostOptions {
  /**
   * Networks, ≥ 2.
   *
   * @default {5}
   */
  readonly members?: number;
}

/**
 * Trains several cost surrogates on the same simulations. Where they disagree, the data did not
 * tell: on observations far from every target, most of all.
 *
 * Source: Lakshminarayanan, Pritzel & Blundell (2017), "Simple and scalable predictive
 * uncertainty estimation using deep ensembles", https://arxiv.org/abs/1612.01474
 *
 * @param key The key to consume; split, one for each member.
 * @param pairs What was simulated.
 * @param options As of {@linkcode trainCost}, and the number of members.
 * @returns The ensemble.
 * @throws {RangeError} If there are fewer than two members, or as of {@linkcode trainCost}.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { costEnsemble, key, simulate, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const dataset = await simulate(key(0), { prior, simulator }, 300);
 * const pairs = { simulator: simulator.name, prior: prior.spec, dataset };
 * const ensemble = await costEnsemble(key(1), pairs, { members: 2, maxEpochs: 2, structure: "free" });
 * assertEquals(ensemble.members.length, 2);
 * ```
 */
export async function costEnsemble(
  key: Key,
  pairs: SimulatedPairs,
  options: CostEnsembleOptions = {},
): Promise<CostEnsemble> {
  const { members: count = 5, ...training } = options;
  requireInteger("train an ensemble", "members", count, 2);
  const [forTraining, forReference] = split(key, 2);
  const members: Artifact[] = [];
  for (let m = 0; m < count; m++) {
    members.push((await trainCost(foldIn(forTraining, m), pairs, training)).artifact);
  }
  const probing = {
    ...(training.engine && { engine: training.engine }),
    ...("sample" in pairs.prior && { prior: pairs.prior }),
  };
  const random = stream(forReference);
  const { x } = pairs.dataset;
  const spreads = new Float64Array(REFERENCES);
  for (let i = 0; i < REFERENCES; i++) {
    const target = row(x, Math.floor(random.uniform() * x.n));
    spreads[i] = await costSpread(members, target, probing);
  }
  return { members, spreads: spreads.sort() };
}

/** Simulated observations that tell what disagreement is usual. */
const REFERENCES = 200;
