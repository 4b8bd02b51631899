/**
 * Beta variates.
 *
 * @module
 */

import { exp } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import { logGammaVariate } from "./_gamma_variate.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from the beta distribution with density `∝ t^(a − 1) (1 − t)^(b − 1)`, as
 * `G_a / (G_a + G_b)` with gamma variates G, divided in logarithms so that small parameters
 * do not end in 0 / 0.
 *
 * @param random The stream.
 * @param a The first shape, > 0.
 * @param b The second shape, > 0.
 * @returns One variate in [0, 1].
 * @throws {RangeError} If a parameter is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawBeta, key, stream } from "@likely/core";
 *
 * const value = drawBeta(stream(key(0)), 2, 3);
 * assert(value > 0 && value < 1);
 * ```
 */
export function drawBeta(random: Stream, a: number, b: number): number {
  requirePositive("draw a beta", "a", a);
  requirePositive("draw a beta", "b", b);
  const logA = logGammaVariate(random, a);
  return 1 / (1 + exp(logGammaVariate(random, b) - logA));
}
