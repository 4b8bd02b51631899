// What all marginals share: the support is enforced here, so that families only say what
// holds inside it.

import { inside } from "./_interval.ts";
import type { Marginal } from "./marginal.ts";

/** Wraps a family's formulas, valid strictly inside `support`, into a marginal. */
export function withSupport(family: Marginal): Marginal {
  const { spec, support } = family;
  const contains = (value: number) => value > support.low && value < support.high;
  return {
    spec,
    support,
    draw: (random) => inside(support, family.draw(random)),
    logDensity: (value) => contains(value) ? family.logDensity(value) : -Infinity,
    score: (value) => contains(value) ? family.score(value) : 0,
  };
}
