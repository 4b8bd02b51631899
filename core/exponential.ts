/**
 * Exponential marginals.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import { withSupport } from "./_marginal.ts";
import { drawExponential } from "./draw_exponential.ts";
import type { Marginal } from "./marginal.ts";

/**
 * Builds the exponential distribution with mean `1 / rate`: `log p(θ) = log rate − rate θ` on
 * (0, ∞).
 *
 * @param rate The rate, > 0.
 * @returns The marginal.
 * @throws {RangeError} If `rate` is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { exponential } from "@likely/core";
 *
 * assertAlmostEquals(exponential(2).logDensity(1), Math.log(2) - 2);
 * ```
 */
export function exponential(rate: number): Marginal {
  requirePositive("build an exponential", "rate", rate);
  const logRate = log(rate);
  return withSupport({
    spec: { kind: "exponential", rate },
    support: { low: 0, high: Infinity },
    draw: (random) => drawExponential(random, rate),
    logDensity: (value) => logRate - rate * value,
    score: () => -rate,
  });
}
