/**
 * Truncated normal marginals.
 *
 * @module
 */

import { exp, log } from "./elementary.ts";
import { requireFinite, requirePositive } from "./check.ts";
import { requireInterval } from "./_interval.ts";
import { logNormalMass } from "./_log_normal_mass.ts";
import { withSupport } from "./_marginal.ts";
import { drawTruncatedNormal } from "./draw_truncated_normal.ts";
import type { Marginal } from "./marginal.ts";

/** Options of {@linkcode truncatedNormal}. */
export interface TruncatedNormalOptions {
  /**
   * The lower end.
   *
   * @default {-Infinity}
   */
  readonly low?: number;
  /**
   * The upper end.
   *
   * @default {Infinity}
   */
  readonly high?: number;
}

/**
 * Builds the normal distribution restricted to (low, high): with a = (low − mean) / sd and
 * b = (high − mean) / sd,
 * `log p(θ) = −½ ((θ − mean) / sd)² − log sd − ½ log 2π − log(Φ(b) − Φ(a))`.
 *
 * @param mean The mean before truncation.
 * @param sd The standard deviation before truncation, > 0.
 * @param options Where it is cut.
 * @returns The marginal.
 * @throws {RangeError} If `mean` is not finite, `sd` is not a finite number > 0, `low` is not
 * below `high`, or the interval holds no mass that float64 can tell from zero (some 38
 * standard deviations out).
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { truncatedNormal } from "@likely/core";
 *
 * assertEquals(truncatedNormal(2, 1, { low: 0 }).logDensity(-1), -Infinity);
 * ```
 */
export function truncatedNormal(mean: number, sd: number, options: TruncatedNormalOptions = {}): Marginal {
  const { low = -Infinity, high = Infinity } = options;
  requireFinite("build a truncated normal", "mean", mean);
  requirePositive("build a truncated normal", "sd", sd);
  const support = { low, high };
  requireInterval("build a truncated normal", support);
  const logMass = logNormalMass((low - mean) / sd, (high - mean) / sd);
  requireMass(logMass, mean, sd, options);
  const logScale = log(sd) + 0.5 * log(2 * Math.PI) + logMass;
  return withSupport({
    spec: {
      kind: "truncated_normal",
      mean,
      sd,
      // JSON has no infinities: an open end is an absent one.
      ...(low > -Infinity && { low }),
      ...(high < Infinity && { high }),
    },
    support,
    draw: (random) => drawTruncatedNormal(random, mean, sd, low, high),
    logDensity: (value) => -0.5 * ((value - mean) / sd) ** 2 - logScale,
    score: (value) => (mean - value) / sd / sd,
  });
}

function requireMass(logMass: number, mean: number, sd: number, options: TruncatedNormalOptions): void {
  if (exp(logMass) > 0) return;
  const { low = -Infinity, high = Infinity } = options;
  throw new RangeError(
    `Cannot build a truncated normal as (low, high) must hold some mass of N(${mean}, ${sd}²): ` +
      `current value is (${low}, ${high})`,
  );
}
