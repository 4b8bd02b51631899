/**
 * Normal marginals.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requireFinite, requirePositive } from "./check.ts";
import { withSupport } from "./_marginal.ts";
import { drawNormal } from "./draw_normal.ts";
import type { Marginal } from "./marginal.ts";

/**
 * Builds the normal distribution: `log p(θ) = −½ ((θ − mean) / sd)² − log sd − ½ log 2π`.
 *
 * @param mean The mean.
 * @param sd The standard deviation, > 0.
 * @returns The marginal.
 * @throws {RangeError} If `mean` is not finite or `sd` is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { normal } from "@likely/core";
 *
 * assertAlmostEquals(normal(1, 2).score(3), -0.5);
 * ```
 */
export function normal(mean: number, sd: number): Marginal {
  requireFinite("build a normal", "mean", mean);
  requirePositive("build a normal", "sd", sd);
  const logScale = log(sd) + 0.5 * log(2 * Math.PI);
  return withSupport({
    spec: { kind: "normal", mean, sd },
    support: { low: -Infinity, high: Infinity },
    draw: (random) => drawNormal(random, mean, sd),
    logDensity: (value) => -0.5 * ((value - mean) / sd) ** 2 - logScale,
    score: (value) => (mean - value) / sd / sd,
  });
}
