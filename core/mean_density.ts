/**
 * The mixture of several density estimators.
 *
 * @module
 */

import { logMeanExp } from "./_mean_of_members.ts";
import { requireInteger } from "./_require.ts";
import type { ConditionalDensity } from "./conditional_density.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, row, zeros } from "./points.ts";
import { stream } from "./stream.ts";

/**
 * Averages densities: every draw comes from a member chosen by chance, and the log density is
 * `log Σₘ qₘ / M`.
 *
 * @param members At least one, of the same sides. Borrowed.
 * @returns The density.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type ConditionalDensity, fromRows, meanDensity } from "@likely/core";
 *
 * const flat = (height: number): ConditionalDensity => ({
 *   name: "flat",
 *   logDensity: ({ n }) => new Float64Array(n).fill(Math.log(height)),
 *   sample: (_, n) => fromRows(Array(n).fill([0])),
 * });
 * const [value] = meanDensity([flat(1), flat(3)]).logDensity(fromRows([[0]]), fromRows([[0]]));
 * assertAlmostEquals(value!, Math.log(2));
 * ```
 */
export function meanDensity(members: readonly ConditionalDensity[]): ConditionalDensity {
  return {
    get name() {
      return members[0]!.name;
    },
    logDensity: (target, condition) =>
      logMeanExp(members.map((member) => member.logDensity(target, condition))),
    sample: (key, n, condition) => {
      requireInteger("draw from a density", "n", n, 1);
      const keys = "hi" in key ? Array.from({ length: condition.n }, (_, c) => foldIn(key, c)) : key;
      return drawByMember(keys, n, { members, condition });
    },
  };
}

interface Mixture {
  readonly members: readonly ConditionalDensity[];
  readonly condition: Points;
}

/** One call a member, of as many draws as any condition takes from it. */
function drawByMember(keys: readonly Key[], n: number, { members, condition }: Mixture): Points {
  const chosen = keys.map((key) => choices(foldIn(key, 0), n, members.length));
  let out: Points | undefined;
  members.forEach((member, m) => {
    const most = chosen.reduce((most, each) => Math.max(most, count(each, m)), 0);
    if (most === 0) return;
    const drawn = member.sample(keys.map((key) => foldIn(key, m + 1)), most, condition);
    out ??= zeros(n * condition.n, drawn.dim);
    for (const [c, each] of chosen.entries()) {
      let next = c * most;
      for (let i = 0; i < n; i++) if (each[i] === m) row(out, c * n + i).set(row(drawn, next++));
    }
  });
  return out!;
}

function choices(key: Key, n: number, members: number): Uint32Array {
  const random = stream(key);
  return Uint32Array.from({ length: n }, () => Math.floor(random.uniform() * members));
}

function count(values: Uint32Array, wanted: number): number {
  return values.reduce((sum, value) => sum + (value === wanted ? 1 : 0), 0);
}
