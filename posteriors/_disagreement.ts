// What speaks against an ensemble of costs: members that disagree.

import {
  type Artifact,
  type Draws,
  type Engine,
  extent,
  gatherRows,
  type Points,
  points,
  type Prior,
  row,
} from "@likely/core";
import type { ConditionedCosts } from "./_conditioned_costs.ts";
import { memberSpread } from "./_member_spread.ts";

/** Whether members disagree about the observation more than about simulated ones. */
export async function spreadWarnings(
  artifact: Artifact,
  x: Points,
  asked: { readonly engine: Engine; readonly prior: Prior },
): Promise<string[]> {
  const { spreads } = artifact.reference ?? {};
  if (!spreads || !artifact.others) return [];
  const found: number[] = [];
  for (let i = 0; i < x.n; i++) found.push(await memberSpread(artifact, row(x, i), asked));
  const [, spread] = extent(found);
  const limit = spreads[Math.floor(0.99 * spreads.length)]!;
  if (spread <= limit) return [];
  return [
    `The cost networks disagree by ${spread.toPrecision(2)} about this observation, more than about ` +
    `99 % of simulated ones (${limit.toPrecision(2)}): it lies outside what they were trained on; ` +
    `train with noisier targets, or with this observation as one`,
  ];
}

/** Whether β turns disagreement about the draws into more than one nat: their shape is not known then. */
export function disagreementWarnings(costs: ConditionedCosts, draws: Draws, beta: number): string[] {
  const nats = beta * disagreement(costs, draws);
  if (nats <= 1) return [];
  return [
    `The cost networks disagree by ${nats.toPrecision(2)} nats about these draws: beta is larger than ` +
    `the cost is known well enough for; take a smaller one or more simulations`,
  ];
}

/** How far members disagree about differences of cost among draws: what shapes the posterior. */
function disagreement(costs: ConditionedCosts, draws: Draws): number {
  const all = points(draws.values, draws.names.length);
  const theta = gatherRows(all, Array.from({ length: 200 }, (_, i) => Math.floor(i * all.n / 200)));
  const each = costs.each(theta);
  const squares = each.map((values) => {
    const offset = values.reduce((a, b) => a + b) / values.length;
    return values.reduce((sum, value) => sum + (value - offset) ** 2, 0) / values.length;
  });
  return Math.sqrt(squares.reduce((a, b) => a + b) / (each.length - 1));
}
