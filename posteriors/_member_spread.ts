// How far the members of an ensemble of costs lie apart.

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
import { conditionedCosts } from "./_conditioned_costs.ts";
import { requireCost } from "./_require_cost.ts";

/** Where to ask, and whom. */
export interface SpreadQuestion {
  readonly theta?: Points;
  readonly engine: Engine;
  readonly prior?: Prior;
}

/** The mean over θ of the standard deviation over members. */
export async function memberSpread(
  artifact: Artifact,
  x: ArrayLike<number>,
  { engine, prior, ...options }: SpreadQuestion,
): Promise<number> {
  const members = membersOf(artifact);
  requireCost("tell how members disagree", artifact);
  requireMembers(members.length);
  const theta = options.theta ?? priorFrom(artifact.prior, prior).sample(PROBE, 64);
  const costs = await conditionedCosts(members, fromRows([x]), engine);
  let deviations: readonly Float64Array[];
  try {
    deviations = costs.each(theta);
  } finally {
    costs[Symbol.dispose]();
  }
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
