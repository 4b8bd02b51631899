import type { Artifact, Engine, LogDensity, Points } from "@likely/core";

/** Members at an observation: the mean of their costs, and what each adds to it. */
export interface ConditionedCosts extends LogDensity, Disposable {
  /** `[members][n]`: costs less their mean. */
  each(theta: Points): Float64Array[];
}

/** Conditions all members. */
export async function conditionedCosts(
  members: readonly Artifact[],
  x: Points,
  engine: Engine,
): Promise<ConditionedCosts> {
  const costs = await Promise.all(members.map((member) => engine.logDensity(member, x)));
  const share = 1 / costs.length;
  const average = (parts: readonly Float64Array[]) =>
    parts[0]!.map((_, k) => parts.reduce((sum, part) => sum + share * part[k]!, 0));
  return {
    name: costs[0]!.name,
    dim: costs[0]!.dim,
    evaluate: (theta, options) => {
      const all = costs.map((cost) => cost.evaluate(theta, options));
      const grads = all.flatMap(({ grad }) => grad ? [grad] : []);
      return {
        value: average(all.map(({ value }) => value)),
        ...(grads.length === all.length && { grad: average(grads) }),
      };
    },
    each: (theta) => {
      const values = costs.map((cost) => cost.evaluate(theta, { gradient: false }).value);
      const centre = average(values);
      return values.map((value) => value.map((v, i) => v - centre[i]!));
    },
    [Symbol.dispose]: () => costs.forEach((cost) => cost[Symbol.dispose]()),
  };
}
