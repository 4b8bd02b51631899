/**
 * Negative binomial variates.
 *
 * @module
 */

import { requirePositive } from "./check.ts";
import { drawGamma } from "./draw_gamma.ts";
import { drawPoisson } from "./draw_poisson.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from the negative binomial distribution with variance `mean + mean² / dispersion`, as
 * a Poisson count whose mean is gamma distributed: overdispersed counts, as epidemics have.
 *
 * @param random The stream.
 * @param mean The mean, ≥ 0; mean 0 gives 0.
 * @param dispersion The gamma's shape, > 0; the larger, the nearer to Poisson.
 * @returns A count.
 * @throws {RangeError} If a parameter is not finite or out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNegativeBinomial, key, stream } from "@likely/core";
 *
 * assertEquals(drawNegativeBinomial(stream(key(0)), 0, 5), 0);
 * ```
 */
export function drawNegativeBinomial(random: Stream, mean: number, dispersion: number): number {
  requirePositive("draw a negative binomial", "dispersion", dispersion);
  if (!(mean >= 0 && mean < Infinity)) {
    throw new RangeError(
      `Cannot draw a negative binomial as mean must be a finite number >= 0: current value is ${mean}`,
    );
  }
  if (mean === 0) return 0;
  return drawPoisson(random, mean * (drawGamma(random, dispersion) / dispersion));
}
