/**
 * Gamma marginals.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import { withSupport } from "./_marginal.ts";
import { drawGamma } from "./draw_gamma.ts";
import type { Marginal } from "./marginal.ts";
import { logGamma } from "./special.ts";

/**
 * Builds the gamma distribution with mean `shape / rate`:
 * `log p(θ) = shape log rate − log Γ(shape) + (shape − 1) log θ − rate θ` on (0, ∞).
 *
 * @param shape The shape, > 0.
 * @param rate The rate, > 0.
 * @returns The marginal.
 * @throws {RangeError} If a parameter is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { gamma } from "@likely/core";
 *
 * assertAlmostEquals(gamma(2, 3).logDensity(1), 2 * Math.log(3) - 3);
 * ```
 */
export function gamma(shape: number, rate: number): Marginal {
  requirePositive("build a gamma", "shape", shape);
  requirePositive("build a gamma", "rate", rate);
  const logScale = shape * log(rate) - logGamma(shape);
  return withSupport({
    spec: { kind: "gamma", shape, rate },
    support: { low: 0, high: Infinity },
    draw: (random) => drawGamma(random, shape, rate),
    logDensity: (value) => logScale + (shape - 1) * log(value) - rate * value,
    score: (value) => (shape - 1) / value - rate,
  });
}
