/**
 * A density of categories and numbers, of two.
 *
 * @module
 */

import { requireInteger } from "./_require.ts";
import type { ConditionalDensity } from "./conditional_density.ts";
import { foldIn, type Key } from "./key.ts";
import { choicesOf, type ColumnCategories, mixedRows, numbersOf, withChoices } from "./mixed.ts";
import { gatherRows, type Points } from "./points.ts";

/** What a {@linkcode mixedDensity} is made of. */
export interface MixedDensityParts {
  /** Of the combination of categories given θ. */
  readonly choice: ConditionalDensity;
  /** Of the numbers given θ and the one-hots behind it; absent: there are none. */
  readonly numbers?: ConditionalDensity;
}

/**
 * Multiplies the probability of categories and the density of numbers given them.
 *
 * @param categories `[p]`: how many each column of x has, `null` for a number.
 * @param parts Borrowed.
 * @returns The density of x given θ.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type ConditionalDensity, fromRows, mixedDensity } from "@likely/core";
 *
 * const flat = (height: number): ConditionalDensity => ({
 *   name: "flat",
 *   logDensity: ({ n }) => new Float64Array(n).fill(Math.log(height)),
 *   sample: (_, n) => fromRows(Array(n).fill([0])),
 * });
 * const density = mixedDensity([2, null], { choice: flat(0.5), numbers: flat(3) });
 * const [value] = density.logDensity(fromRows([[1, 0.2]]), fromRows([[0]]));
 * assertAlmostEquals(value!, Math.log(1.5));
 * ```
 */
export function mixedDensity(
  categories: ColumnCategories,
  { choice, numbers }: MixedDensityParts,
): ConditionalDensity {
  return {
    get name() {
      return choice.name;
    },
    logDensity: (target, condition) => {
      const choices = choicesOf(categories, target);
      const values = choice.logDensity(choices, condition);
      const own = numbersOf(categories, target);
      if (!numbers || !own) return values;
      const each = repeated(condition, target.n / condition.n);
      const more = numbers.logDensity(own, withChoices(categories, each, choices));
      return values.map((value, i) => value === -Infinity ? value : value + more[i]!);
    },
    sample: (key, n, condition) => {
      requireInteger("draw from a density", "n", n, 1);
      const [forChoices, forNumbers] = [childOf(key, 0), childOf(key, 1)];
      const choices = choice.sample(forChoices, n, condition);
      const given = withChoices(categories, repeated(condition, n), choices);
      return mixedRows(categories, choices, numbers?.sample(forNumbers, 1, given));
    },
  };
}

/** Each row so many times, one after another. */
function repeated(source: Points, times: number): Points {
  const of = Uint32Array.from({ length: source.n * times }, (_, k) => Math.floor(k / times));
  return gatherRows(source, of);
}

function childOf(key: Key | readonly Key[], i: number): Key | readonly Key[] {
  return "hi" in key ? foldIn(key, i) : key.map((one) => foldIn(one, i));
}
