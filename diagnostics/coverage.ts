/**
 * Expected coverage of highest-density regions.
 *
 * @module
 */

import type { Key, Points } from "@likely/core";
import type { CalibrationRun } from "./calibration_run.ts";
import { coverageCurve } from "./_coverage_curve.ts";
import type { CoverageCurve } from "./coverage_curve.ts";
import { ranksOf } from "./_rank.ts";

/** Options of {@linkcode coverage}. */
export interface CoverageOptions {
  /**
   * Probability that a calibrated curve is inside the band.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
}

/**
 * Checks how often the highest-density region of each level holds the truth: the share of rows
 * whose truth is denser than `1 − level` of its posterior draws.
 *
 * A curve below the diagonal is overconfident, one above it conservative. A posterior that is
 * the prior passes: read it together with accuracy.
 *
 * Source: Hermans et al. (2022), "A trust crisis in simulation-based inference?",
 * https://arxiv.org/abs/2110.06581; the band by Säilynoja et al. (2022).
 *
 * @param key Breaks ties.
 * @param run From `calibrationRun`.
 * @param logDensity The posterior's log density given x, row i of the run, up to a constant of x: `[n]`.
 * @param options The band.
 * @returns The curve.
 * @throws {RangeError} If a log density is NaN.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, simulate, simulator, split } from "@likely/core";
 * import { calibrationRun, coverage } from "@likely/diagnostics";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const silent = simulator({ name: "silent", thetaDim: 1, xDim: 1, simulate: () => [0] });
 * const [forData, forRun, forTies] = split(key(0), 3);
 * const data = await simulate(forData, { prior, simulator: silent }, 200);
 *
 * const run = await calibrationRun(forRun, data, (key, _x, n) => prior.sample(key, n));
 * assert(coverage(forTies!, run, (theta) => prior.logDensity(theta)).pValue > 0.01);
 * ```
 */
export function coverage(
  key: Key,
  run: CalibrationRun,
  logDensity: (theta: Points, x: Float64Array, i: number) => Float64Array,
  options: CoverageOptions = {},
): CoverageCurve {
  // Draws denser than the truth come before it: a rank among negative log densities.
  const evaluate = (theta: Points, x: Float64Array, i: number) => logDensity(theta, x, i).map((v) => -v);
  const [values] = ranksOf(key, run, [{ name: "−log density", evaluate }]);
  return coverageCurve({ values: values!, cells: run.length + 1 }, options.confidence, run.failed);
}
