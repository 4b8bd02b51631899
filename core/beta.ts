/**
 * Beta marginals.
 *
 * @module
 */

import { log, log1p } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import { withSupport } from "./_marginal.ts";
import { drawBeta } from "./draw_beta.ts";
import type { Marginal } from "./marginal.ts";
import { logBeta } from "./special.ts";

/**
 * Builds the beta distribution with mean `a / (a + b)`:
 * `log p(θ) = (a − 1) log θ + (b − 1) log(1 − θ) − log B(a, b)` on (0, 1).
 *
 * @param a The first shape, > 0.
 * @param b The second shape, > 0.
 * @returns The marginal.
 * @throws {RangeError} If a parameter is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { beta } from "@likely/core";
 *
 * assertAlmostEquals(beta(2, 2).logDensity(0.5), Math.log(1.5));
 * ```
 */
export function beta(a: number, b: number): Marginal {
  requirePositive("build a beta", "a", a);
  requirePositive("build a beta", "b", b);
  const logScale = logBeta(a, b);
  return withSupport({
    spec: { kind: "beta", a, b },
    support: { low: 0, high: 1 },
    draw: (random) => drawBeta(random, a, b),
    logDensity: (value) => (a - 1) * log(value) + (b - 1) * log1p(-value) - logScale,
    score: (value) => (a - 1) / value - (b - 1) / (1 - value),
  });
}
