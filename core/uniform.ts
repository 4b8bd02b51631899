/**
 * Uniform marginals.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requireFinite } from "./check.ts";
import { requireInterval } from "./_interval.ts";
import { withSupport } from "./_marginal.ts";
import { drawUniform } from "./draw_uniform.ts";
import type { Marginal } from "./marginal.ts";

/**
 * Builds the uniform distribution on (low, high): `log p(θ) = −log(high − low)`.
 *
 * @param low The lower end.
 * @param high The upper end.
 * @returns The marginal.
 * @throws {RangeError} If an end is not finite or `low` is not below `high`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { uniform } from "@likely/core";
 *
 * assertEquals(uniform(0, 2).logDensity(0.5), -Math.log(2));
 * ```
 */
export function uniform(low: number, high: number): Marginal {
  requireFinite("build a uniform", "low", low);
  requireFinite("build a uniform", "high", high);
  const support = { low, high };
  requireInterval("build a uniform", support);
  const logDensity = -log(high - low);
  return withSupport({
    spec: { kind: "uniform", low, high },
    support,
    draw: (random) => drawUniform(random, low, high),
    logDensity: () => logDensity,
    score: () => 0,
  });
}
