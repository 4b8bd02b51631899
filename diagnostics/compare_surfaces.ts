/**
 * How far a surrogate's likelihood surface is from the exact one.
 *
 * @module
 */

import { highest, normalise, requireSameGrid } from "./_surfaces.ts";
import type { Surface } from "./surface.ts";

const ACTION = "compare surfaces";
/** Cells count in the plain error as long as twice the log-likelihood ratio is at most this. */
const NEAR = 20;

/** What {@linkcode compareSurfaces} finds; all are 0 for surfaces that differ by a constant. */
export interface SurfaceComparison {
  /** KL divergence of the surrogate's posterior from the exact one under a flat prior, in nats. */
  readonly divergence: number;
  /** Root mean square of the centred error, cells weighted by the exact posterior, in nats. */
  readonly weightedError: number;
  /**
   * The same over the cells with `2 (max l − l) ≤ 20`, all alike, less their own mean error, in
   * nats.
   */
  readonly plainError: number;
}

/**
 * Compares a surrogate h with the exact log-likelihood l on one grid.
 *
 * With p and q the posteriors under a flat prior: the divergence is `Σ p log (p / q)`, and the
 * weighted error `√ Σ p (d − Σ p d)²` with `d = h − l`. A surrogate's surface is right up to a
 * function of x alone, so its mean error does not count.
 *
 * @param exact The exact surface.
 * @param surrogate The surrogate's, on the same grid.
 * @returns Three distances; infinite where the surrogate excludes what is possible.
 * @throws {TypeError} If the grids differ.
 * @throws {RangeError} If the highest value of a surface is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { compareSurfaces, likelihoodSurface } from "@likely/diagnostics";
 *
 * const axes = [{ name: "mu", low: -9, high: 9, cells: 200 }];
 * const [exact, shifted] = [0, 0.5].map((shift) =>
 *   likelihoodSurface(axes, (theta) => theta.data.map((mu) => 3 * shift - (mu - shift) ** 2 / 2))
 * );
 * const { divergence, weightedError } = compareSurfaces(exact!, shifted!);
 * assertAlmostEquals(divergence, 0.5 ** 2 / 2, 1e-6);
 * assertAlmostEquals(weightedError, 0.5, 1e-6);
 * ```
 */
export function compareSurfaces(exact: Surface, surrogate: Surface): SurfaceComparison {
  requireSameGrid(ACTION, exact, surrogate);
  const logP = normalise(ACTION, exact.values);
  const logQ = normalise(ACTION, surrogate.values);
  const { value: top } = highest(logP);
  const near = logP.map((value) => 2 * (top - value) <= NEAR ? 1 : 0);
  const p = logP.map(Math.exp);
  const divergence = p.reduce((sum, weight, k) => weight > 0 ? sum + weight * (logP[k]! - logQ[k]!) : sum, 0);
  return {
    // Rounding may take a sum that is 0 below it.
    divergence: Math.max(0, divergence),
    weightedError: spread(p, logP, logQ),
    plainError: spread(near, logP, logQ),
  };
}

/** The weighted standard deviation of the difference. */
function spread(weights: Float64Array, a: Float64Array, b: Float64Array): number {
  const mean = (value: (k: number) => number) => {
    let [sum, total] = [0, 0];
    weights.forEach((weight, k) => {
      if (weight === 0) return;
      sum += weight * value(k);
      total += weight;
    });
    return sum / total;
  };
  const centre = mean((k) => b[k]! - a[k]!);
  return Number.isFinite(centre) ? Math.sqrt(mean((k) => (b[k]! - a[k]! - centre) ** 2)) : Infinity;
}
