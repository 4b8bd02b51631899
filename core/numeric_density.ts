/**
 * Log densities from a function of one row, differentiated numerically.
 *
 * @module
 */

import { requireColumns, requireInteger, requireLength, requirePositive } from "./check.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import { numericGradient } from "./numeric_gradient.ts";
import { type Points, row } from "./points.ts";
import { soundValue } from "./sound_value.ts";

/** Options of {@linkcode numericDensity}. */
export interface NumericDensityOptions {
  /**
   * `[dim]`: how far each coordinate must move for the log density to change shape; first steps
   * are 6e-6 of it.
   *
   * @default {max(1, |θⱼ|)}
   */
  readonly scale?: ArrayLike<number>;
}

/**
 * Builds a log density from a function of one row: an exact likelihood without a written
 * score. The gradient is by central differences in float64 (`numericGradient`), good to about ten
 * digits of the value's own scale, for `2 · dim` more calls a row; for more of them where the scale
 * turns out to be another one, and beside the edge of the support.
 *
 * @param name What computes it, for provenance.
 * @param dim Numbers in a point.
 * @param fn The log density at one point, in nats; NaN and ∞ count as −∞. The row is
 * borrowed: it changes after the call.
 * @param options The scale of the steps.
 * @returns The log density with its gradient.
 * @throws {RangeError} If `dim` is not a whole number ≥ 1 or a scale is not > 0.
 * @throws {TypeError} If `scale` has not length `dim`.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, numericDensity } from "@likely/core";
 *
 * const density = numericDensity("normal", 1, (theta) => -0.5 * theta[0]! ** 2);
 * assertAlmostEquals(density.evaluate(fromRows([[3]])).grad![0]!, -3, 1e-8);
 * ```
 */
export function numericDensity(
  name: string,
  dim: number,
  fn: (theta: Float64Array) => number,
  options: NumericDensityOptions = {},
): LogDensity {
  const { scale } = options;
  requireInteger("build a numeric density", "dim", dim, 1);
  if (scale) {
    requireLength("build a numeric density", "scale", scale.length, dim);
    for (let j = 0; j < dim; j++) requirePositive("build a numeric density", `scale[${j}]`, scale[j]!);
  }
  const valueOf = (points: Points) =>
    Float64Array.from({ length: points.n }, (_, i) => soundValue(fn(row(points, i))));
  return { name, dim, evaluate };

  function evaluate(points: Points, options: EvaluateOptions = {}): Evaluation {
    const { gradient = true } = options;
    requireColumns("evaluate a density", "points", points, dim);
    // A copy, so that no function can change what the caller owns.
    const value = valueOf({ ...points, data: points.data.slice() });
    return gradient ? { value, grad: numericGradient(valueOf, points, value, { scale }) } : { value };
  }
}
