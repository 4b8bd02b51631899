/**
 * Log densities that are others, changed.
 *
 * @module
 */

import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import type { Points } from "./points.ts";

/** What {@linkcode mapEvaluations} makes. */
export type Evaluating = Pick<LogDensity, "evaluate" | "evaluateAsync">;

/**
 * Evaluates a log density and changes what it returns: at once, and later where the density can.
 *
 * @param density The density; borrowed.
 * @param change Makes one evaluation of another, which it may write over.
 * @returns Both ways to evaluate.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, mapEvaluations, numericDensity } from "@likely/core";
 *
 * const hill = numericDensity("hill", 1, ([t]) => -(t! ** 2));
 * const { evaluate } = mapEvaluations(hill, ({ value }) => ({ value: value.map((v) => 2 * v) }));
 * assertEquals(evaluate(fromRows([[3]])).value[0], -18);
 * ```
 */
export function mapEvaluations(
  density: LogDensity,
  change: (found: Evaluation, points: Points, options?: EvaluateOptions) => Evaluation,
): Evaluating {
  return {
    evaluate: (points, options) => change(density.evaluate(points, options), points, options),
    ...(density.evaluateAsync && {
      evaluateAsync: async (points, options) =>
        change(await density.evaluateAsync!(points, options), points, options),
    }),
  };
}
