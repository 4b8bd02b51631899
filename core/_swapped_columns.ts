// Columns of parameters in another order than the prior's, as far as their distributions tell.

import { priorGaps } from "./_prior_gaps.ts";
import type { Points } from "./points.ts";
import type { Prior } from "./prior.ts";

/**
 * The parameter that each column seems to be of, where those that do not fit their own fit one another's;
 * undefined where they do not, or all fit.
 */
export function swappedColumns(theta: Points, prior: Prior): readonly number[] | undefined {
  const { fits } = priorGaps([theta], prior);
  const all = prior.names.map((_, j) => j);
  const foreign = all.filter((j) => !fits(j, j));
  if (foreign.length < 2) return undefined;
  const edges = new Map(foreign.map((j) => [j, foreign.filter((k) => k !== j && fits(j, k))]));
  const owner = matching(edges);
  if (owner.size < foreign.length) return undefined;
  const order = [...all];
  for (const [parameter, column] of owner) order[column] = parameter;
  return order;
}

/** Pairs as many columns as can be with parameters of their own (Kuhn); by parameter. */
function matching(edges: ReadonlyMap<number, readonly number[]>): Map<number, number> {
  const owner = new Map<number, number>();
  const place = (column: number, tried: Set<number>): boolean =>
    edges.get(column)!.some((parameter) => {
      if (tried.has(parameter)) return false;
      tried.add(parameter);
      const other = owner.get(parameter);
      if (other !== undefined && !place(other, tried)) return false;
      owner.set(parameter, column);
      return true;
    });
  for (const column of edges.keys()) place(column, new Set());
  return owner;
}
