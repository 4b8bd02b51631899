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
      const plan = planDraws(key, n, members.length, condition);
      return shuffled(plan, members.map((member, m) => plan.of(m, (...asked) => member.sample(...asked))));
    },
    ...(members.every(({ sampleAsync }) => sampleAsync) && {
      sampleAsync: async (key, n, condition) => {
        const plan = planDraws(key, n, members.length, condition);
        return shuffled(
          plan,
          await Promise.all(
            members.map((member, m) => plan.of(m, (...asked) => member.sampleAsync!(...asked))),
          ),
        );
      },
    }),
    ...(members.every(({ logDensityAsync }) => logDensityAsync) && {
      logDensityAsync: async (target, condition) =>
        logMeanExp(await Promise.all(members.map((member) => member.logDensityAsync!(target, condition)))),
    }),
  };
}

/** Which member gives which draw, and what is asked of each. */
interface DrawPlan {
  readonly n: number;
  /** For each condition the members of its draws. */
  readonly chosen: readonly Uint32Array[];
  /** Draws of a member for each condition, as many as any of them takes from it; undefined: nobody does. */
  of<T>(member: number, sample: (keys: readonly Key[], n: number, condition: Points) => T): T | undefined;
  most(member: number): number;
}

function planDraws(key: Key | readonly Key[], n: number, members: number, condition: Points): DrawPlan {
  requireInteger("draw from a density", "n", n, 1);
  const keys = "hi" in key ? Array.from({ length: condition.n }, (_, c) => foldIn(key, c)) : key;
  const chosen = keys.map((key) => choices(foldIn(key, 0), n, members));
  const most = (m: number) => chosen.reduce((most, each) => Math.max(most, count(each, m)), 0);
  return {
    n,
    chosen,
    most,
    of: (m, sample) =>
      most(m) === 0 ? undefined : sample(keys.map((key) => foldIn(key, m + 1)), most(m), condition),
  };
}

/** Draws in the places that are their members'. */
function shuffled({ n, chosen, most }: DrawPlan, drawn: readonly (Points | undefined)[]): Points {
  const out = zeros(n * chosen.length, drawn.find((rows) => rows)!.dim);
  drawn.forEach((rows, m) => {
    if (!rows) return;
    for (const [c, each] of chosen.entries()) {
      let next = c * most(m);
      for (let i = 0; i < n; i++) if (each[i] === m) row(out, c * n + i).set(row(rows, next++));
    }
  });
  return out;
}

function choices(key: Key, n: number, members: number): Uint32Array {
  const random = stream(key);
  return Uint32Array.from({ length: n }, () => Math.floor(random.uniform() * members));
}

function count(values: Uint32Array, wanted: number): number {
  return values.reduce((sum, value) => sum + (value === wanted ? 1 : 0), 0);
}
