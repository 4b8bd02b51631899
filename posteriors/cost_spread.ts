/**
 * Where several cost networks disagree.
 *
 * @module
 */

import {
  type Artifact,
  type Engine,
  fromRows,
  type Key,
  membersOf,
  type Points,
  type Prior,
  priorFrom,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { conditionedCosts } from "./_conditioned_costs.ts";
import { requireCost } from "./_require_cost.ts";

/** Options of {@linkcode costSpread}. */
export interface CostSpreadOptions {
  /**
   * `[n, d]`: the parameters to ask about.
   *
   * @default {undefined} 64 draws of the prior, always the same.
   */
  readonly theta?: Points;
  /**
   * Who evaluates.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The prior, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior;
}

/**
 * How far cost surrogates disagree about an observation: the standard deviation over members of
 * the cost of one θ, averaged over θ; in units of the distance.
 *
 * @param artifact An ensemble of costs.
 * @param x `[p]`, the observation.
 * @param options Where to ask.
 * @returns The mean standard deviation.
 * @throws {TypeError} If it is no ensemble of costs.
 */
export async function costSpread(
  artifact: Artifact,
  x: ArrayLike<number>,
  options: CostSpreadOptions = {},
): Promise<number> {
  const { engine = fusedEngine(), prior } = options;
  const members = membersOf(artifact);
  requireCost("tell how members disagree", artifact);
  requireMembers(members.length);
  const theta = options.theta ?? priorFrom(artifact.prior, prior).sample(PROBE, 64);
  using costs = await conditionedCosts(members, fromRows([x]), engine);
  const deviations = costs.each(theta);
  const squares = Array.from(
    { length: theta.n },
    (_, i) => deviations.reduce((sum, values) => sum + values[i]! ** 2, 0) / (deviations.length - 1),
  );
  return squares.reduce((sum, square) => sum + Math.sqrt(square), 0) / theta.n;
}

function requireMembers(count: number): void {
  if (count > 1) return;
  throw new TypeError("Cannot tell how members disagree as there must be at least 2: current value is 1");
}

// Not a source of randomness but a fixed set of parameters, the same for every observation.
const PROBE: Key = { hi: 0, lo: 0 };
