/**
 * Parameters that do not look like draws from their prior.
 *
 * @module
 */

import { priorGaps } from "./_prior_gaps.ts";
import type { Dataset } from "./dataset.ts";
import type { Prior } from "./prior.ts";

/**
 * Compares parameters with 2,000 fixed draws of their prior, one by one, by the largest difference of their
 * distribution functions (Kolmogorov and Smirnov): more than 0.05 + 2.7 √(1/n + 1/2000) is told, which chance
 * does once in a million.
 *
 * @param dataset The pairs, with the parameters that failed: those of success alone are none of the prior's,
 * and nothing is said of them.
 * @param prior The prior.
 * @returns A sentence for each parameter whose values are distributed otherwise.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foreignTheta, independent, key, uniform } from "@likely/core";
 *
 * const [prior, other] = [independent({ a: uniform(0, 1) }), independent({ a: uniform(0, 0.5) })];
 * const theta = other.sample(key(1), 500);
 * assertEquals(foreignTheta({ theta, x: theta, failed: 0 }, prior).length, 1);
 * assertEquals(foreignTheta({ theta, x: theta, failed: 0 }, other), []);
 * ```
 */
export function foreignTheta({ theta, failed, failedTheta }: Dataset, prior: Prior): string[] {
  if (failed > (failedTheta?.n ?? 0)) return [];
  const { given, expected, fits } = priorGaps([theta, ...failedTheta ? [failedTheta] : []], prior);
  return prior.names.flatMap((name, j) =>
    fits(j, j) ? [] : [
      `Values of ${name} are not distributed as their prior: the middle half lies in ${middle(given[j]!)}, ` +
      `the prior's in ${middle(expected[j]!)}; where the prior has draws and the data none, nothing is known`,
    ]
  );
}

function middle(values: Float64Array): string {
  const at = (share: number) => values[Math.floor(share * (values.length - 1))]!.toPrecision(3);
  return `[${at(0.25)}, ${at(0.75)}]`;
}
