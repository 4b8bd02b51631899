/**
 * Log-normal marginals.
 *
 * @module
 */

import { exp, log } from "./elementary.ts";
import { requireFinite, requirePositive } from "./check.ts";
import { withSupport } from "./_marginal.ts";
import { drawNormal } from "./draw_normal.ts";
import type { Marginal } from "./marginal.ts";

/**
 * Builds the log-normal distribution: log θ is normal, so
 * `log p(θ) = −½ ((log θ − logMean) / logSd)² − log θ − log logSd − ½ log 2π` on (0, ∞).
 *
 * @param logMean The mean of log θ; the median of θ is its exponential.
 * @param logSd The standard deviation of log θ, > 0.
 * @returns The marginal.
 * @throws {RangeError} If `logMean` is not finite or `logSd` is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logNormal } from "@likely/core";
 *
 * assertAlmostEquals(logNormal(0, 1).score(1), -1);
 * ```
 */
export function logNormal(logMean: number, logSd: number): Marginal {
  requireFinite("build a log-normal", "logMean", logMean);
  requirePositive("build a log-normal", "logSd", logSd);
  const logScale = log(logSd) + 0.5 * log(2 * Math.PI);
  return withSupport({
    spec: { kind: "log_normal", logMean, logSd },
    support: { low: 0, high: Infinity },
    draw: (random) => exp(drawNormal(random, logMean, logSd)),
    logDensity: (value) => -0.5 * ((log(value) - logMean) / logSd) ** 2 - log(value) - logScale,
    score: (value) => ((logMean - log(value)) / logSd / logSd - 1) / value,
  });
}
