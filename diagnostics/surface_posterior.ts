/**
 * From a likelihood surface to a posterior on its grid.
 *
 * @module
 */

import type { Points } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { normalise } from "./_surfaces.ts";
import type { Surface } from "./surface.ts";

const ACTION = "normalise a surface";

/** Options of {@linkcode surfacePosterior}. */
export interface SurfacePosteriorOptions {
  /**
   * The prior's log density at `[m, d]` rows, `[m]`, up to a constant: a prior's `logDensity`.
   *
   * @default {undefined} Flat on the grid.
   */
  readonly logPrior?: (theta: Points) => Float64Array;
}

/** A posterior on a grid. */
export interface SurfacePosterior {
  /** `[m]`: the probability of each cell; they add up to 1. */
  readonly probabilities: Float64Array;
  /** `[d]`. */
  readonly mean: Float64Array;
  /** `[d, d]`, row-major. */
  readonly covariance: Float64Array;
}

/**
 * Normalises likelihood times prior over the grid, by the midpoint rule.
 *
 * @param surface The surface; nothing beyond its grid counts.
 * @param options The prior.
 * @returns Probabilities of the cells, and their moments.
 * @throws {RangeError} If every cell is impossible, or a value is infinite.
 * @throws {TypeError} If the prior does not return one number a row.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { likelihoodSurface, surfacePosterior } from "@likely/diagnostics";
 *
 * const axes = [{ name: "mu", low: -5, high: 7, cells: 100 }];
 * const surface = likelihoodSurface(axes, (theta) => theta.data.map((mu) => -((mu - 1) ** 2) / 2));
 * const { mean, covariance } = surfacePosterior(surface);
 * assertAlmostEquals(mean[0]!, 1, 1e-6);
 * assertAlmostEquals(covariance[0]!, 1, 1e-6);
 * ```
 */
export function surfacePosterior(surface: Surface, options: SurfacePosteriorOptions = {}): SurfacePosterior {
  const { nodes, values } = surface;
  const logPrior = options.logPrior?.(nodes);
  if (logPrior) requireLength(ACTION, "the values of the prior", logPrior.length, nodes.n);
  const sums = logPrior ? values.map((value, k) => value + logPrior[k]!) : values;
  const probabilities = normalise(ACTION, sums).map(Math.exp);
  return { probabilities, ...moments(nodes, probabilities) };
}

function moments({ data, n, dim }: Points, probabilities: Float64Array) {
  const mean = new Float64Array(dim);
  const covariance = new Float64Array(dim * dim);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < dim; i++) mean[i]! += probabilities[k]! * data[k * dim + i]!;
  }
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < dim; i++) {
      const from = probabilities[k]! * (data[k * dim + i]! - mean[i]!);
      for (let j = 0; j < dim; j++) covariance[i * dim + j]! += from * (data[k * dim + j]! - mean[j]!);
    }
  }
  return { mean, covariance };
}
