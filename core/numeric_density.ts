/**
 * Log densities from a function of one row, differentiated numerically.
 *
 * @module
 */

import { requireColumns, requireInteger, requireLength, requirePositive } from "./check.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import { type Points, row } from "./points.ts";
import { soundValue } from "./sound_value.ts";

/** Options of {@linkcode numericDensity}. */
export interface NumericDensityOptions {
  /**
   * `[dim]`: how far each coordinate must move for the log density to change shape; steps are
   * 6e-6 of it.
   *
   * @default {max(1, |θⱼ|)}
   */
  readonly scale?: ArrayLike<number>;
}

/** The step that balances truncation against rounding: ∛ε. */
const STEP = Math.cbrt(Number.EPSILON);

/**
 * Builds a log density from a function of one row: an exact likelihood without a written
 * score. The gradient is by central differences in float64, good to about ten digits of the
 * value's own scale, for `2 · dim` more calls a row; beside the edge of the support, where
 * one neighbour is −∞, by a one-sided difference.
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
  const step = (x: number, j: number) => STEP * (scale ? scale[j]! : Math.max(1, Math.abs(x)));
  return { name, dim, evaluate };

  function evaluate(points: Points, options: EvaluateOptions = {}): Evaluation {
    const { gradient = true } = options;
    if (gradient) return evaluateRows(points, dim, { fn, step });
    requireColumns("evaluate a density", "points", points, dim);
    return {
      value: Float64Array.from({ length: points.n }, (_, i) => soundValue(fn(row(points, i).slice()))),
    };
  }
}

interface Method {
  readonly fn: (theta: Float64Array) => number;
  /** The step of coordinate j at the value x. */
  readonly step: (x: number, j: number) => number;
}

function evaluateRows(points: Points, dim: number, { fn, step }: Method): Evaluation {
  requireColumns("evaluate a density", "points", points, dim);
  const value = new Float64Array(points.n).fill(-Infinity);
  const grad = new Float64Array(points.n * dim);
  for (let i = 0; i < points.n; i++) {
    const theta = row(points, i).slice();
    const here = fn(theta);
    if (!Number.isFinite(here)) continue;
    value[i] = here;
    for (let j = 0; j < dim; j++) {
      const x = theta[j]!;
      const along = (shifted: number) => {
        theta[j] = shifted;
        return fn(theta);
      };
      grad[i * dim + j] = slope(along, { x, here, step: step(x, j) });
      theta[j] = x;
    }
  }
  return { value, grad };
}

/** The slope of a function at x, where it is `here`. */
function slope(
  along: (x: number) => number,
  { x, here, step }: { readonly x: number; readonly here: number; readonly step: number },
): number {
  const at = (shifted: number): [number, number] => {
    const found = along(shifted);
    // Off the support the point itself stands in: the difference becomes one-sided.
    return Number.isFinite(found) ? [shifted, found] : [x, here];
  };
  const [right, above] = at(x + step);
  const [left, below] = at(x - step);
  return right > left ? (above - below) / (right - left) : 0;
}
