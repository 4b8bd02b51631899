// How far the values of a column are from what a prior says of a parameter.

import { type Key, key } from "./key.ts";
import type { Points } from "./points.ts";
import type { Prior } from "./prior.ts";

/** Draws of the prior that parameters are compared with. */
const DRAWS = 2000;
/** Between distribution functions: less is not worth a word. */
const FAR = 0.05;
/** By chance, in units of 1/√n: once in a million. */
const CHANCE = 2.7;
// Not a source of randomness but a fixed set of draws, the same for every data set.
const PROBE: Key = key(0);

/** Columns beside the parameters of a prior. */
export interface PriorGaps {
  /** The values of column j, in order. */
  readonly given: readonly Float64Array[];
  /** Draws of parameter j, in order. */
  readonly expected: readonly Float64Array[];
  /** Whether the values of a column could be draws of a parameter, for all that its distribution tells. */
  fits(column: number, parameter: number): boolean;
}

/** Compares the columns of tables, rows one after another, with draws of a prior. */
export function priorGaps(theta: readonly Points[], prior: Prior): PriorGaps {
  const drawn = prior.sample(PROBE, DRAWS);
  const given = prior.names.map((_, j) => sorted(theta, j));
  const expected = prior.names.map((_, j) => sorted([drawn], j));
  return {
    given,
    expected,
    fits: (column, parameter) => {
      const [a, b] = [given[column]!, expected[parameter]!];
      return largestGap(a, b) <= FAR + CHANCE * Math.sqrt(1 / a.length + 1 / b.length);
    },
  };
}

function sorted(all: readonly Points[], j: number): Float64Array {
  return Float64Array.from(
    all.flatMap(({ data, n, dim }) => Array.from({ length: n }, (_, i) => data[i * dim + j]!)),
  ).sort();
}

/** The largest difference of two empirical distribution functions (Kolmogorov and Smirnov). */
function largestGap(a: Float64Array, b: Float64Array): number {
  let [i, k, gap] = [0, 0, 0];
  while (i < a.length && k < b.length) {
    const at = Math.min(a[i]!, b[k]!);
    while (i < a.length && a[i]! <= at) i++;
    while (k < b.length && b[k]! <= at) k++;
    gap = Math.max(gap, Math.abs(i / a.length - k / b.length));
  }
  return gap;
}
