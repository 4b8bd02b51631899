// Parameters that do not look like draws from their prior.

import { type Dataset, type Key, key, type Points, type Prior } from "@likely/core";

/** Draws of the prior that parameters are compared with. */
const DRAWS = 2000;
/** Between distribution functions: less is not worth a word. */
const FAR = 0.05;
/** By chance, in units of 1/√n: once in a million. */
const CHANCE = 2.7;

/** A sentence for each parameter whose values are distributed otherwise than its prior. */
export function foreignTheta({ theta, failed, failedTheta }: Dataset, prior: Prior): string[] {
  // Parameters of success alone are none of the prior's.
  if (failed > (failedTheta?.n ?? 0)) return [];
  const drawn = prior.sample(PROBE, DRAWS);
  return prior.names.flatMap((name, j) => {
    const given = sorted([theta, ...failedTheta ? [failedTheta] : []], j);
    const expected = sorted([drawn], j);
    const bound = FAR + CHANCE * Math.sqrt(1 / given.length + 1 / expected.length);
    if (largestGap(given, expected) <= bound) return [];
    return [
      `Values of ${name} are not distributed as their prior: the middle half lies in ${middle(given)}, ` +
      `the prior's in ${middle(expected)}; where the prior has draws and the data none, nothing is known`,
    ];
  });
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

function middle(values: Float64Array): string {
  const at = (share: number) => values[Math.floor(share * (values.length - 1))]!.toPrecision(3);
  return `[${at(0.25)}, ${at(0.75)}]`;
}

// Not a source of randomness but a fixed set of draws, the same for every data set.
const PROBE: Key = key(0);
