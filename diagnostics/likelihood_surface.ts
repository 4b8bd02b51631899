/**
 * Likelihood surfaces: a log-likelihood at every cell of a grid.
 *
 * Where the exact likelihood is known, a surrogate can be judged by its surface beside the exact one:
 * `maximumLikelihood`, `likelihoodRegion`, `surfacePosterior`, `compareSurfaces`, `plotSurface`.
 *
 * @module
 */

import { type LogDensity, type Points, row, soundValue, zeros } from "@likely/core";
import { requireFinite, requireInteger, requireLength } from "@likely/core/check";
import { evaluatorOf } from "./_surfaces.ts";
import type { Surface, SurfaceAxis } from "./surface.ts";

const ACTION = "compute a likelihood surface";

/** Options of {@linkcode likelihoodSurface}. */
export interface LikelihoodSurfaceOptions {
  /**
   * Which observation, of a density that answers for many.
   *
   * @default {0}
   */
  readonly observation?: number;
}

/**
 * Evaluates a log density, or a log-likelihood as a function of θ, on a grid.
 *
 * @param axes At least one axis.
 * @param logDensity A surrogate; or a function from `[m, d]` rows of θ to `[m]` nats.
 * @param options Which observation.
 * @returns The surface; NaN counts as −∞.
 * @throws {RangeError} If an axis is empty, has no cell, or there are more than 10⁷ cells.
 * @throws {TypeError} If the density is of another dimension, or does not return one number a row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { likelihoodSurface } from "@likely/diagnostics";
 *
 * const axes = [{ name: "mu", low: 0, high: 4, cells: 4 }];
 * const { nodes, values } = likelihoodSurface(axes, (theta) => theta.data.map((mu) => -((mu - 1.5) ** 2)));
 * assertEquals([...nodes.data], [0.5, 1.5, 2.5, 3.5]);
 * assertEquals([...values], [-1, -0, -1, -4]);
 * ```
 */
export function likelihoodSurface(
  axes: readonly SurfaceAxis[],
  logDensity: LogDensity | ((theta: Points) => Float64Array),
  options: LikelihoodSurfaceOptions = {},
): Surface {
  const { observation = 0 } = options;
  requireInteger(ACTION, "observation", observation, 0);
  const nodes = nodesOf(axes);
  const values = evaluatorOf(ACTION, logDensity, { d: axes.length, observation })(nodes);
  requireLength(ACTION, "the values of the density", values.length, nodes.n);
  return { axes, nodes, values: values.map(soundValue) };
}

/**
 * The surfaces of many observations at once, one for each row of `x`.
 *
 * Every θ of the grid meets all observations before the next one, since what a simulator computes
 * for one θ, such as a Cholesky factor, is then computed once.
 *
 * @param axes At least one axis.
 * @param logLikelihood log p(x | θ) row by row, as of a simulator: `[n, d]` and `[n, p]` to `[n]`.
 * @param x `[n, p]`.
 * @returns `[n]` surfaces; NaN counts as −∞.
 * @throws {RangeError | TypeError} As {@linkcode likelihoodSurface}.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { likelihoodSurfaces } from "@likely/diagnostics";
 *
 * const axes = [{ name: "mu", low: 0, high: 2, cells: 2 }];
 * const surfaces = likelihoodSurfaces(
 *   axes,
 *   (theta, x) => theta.data.map((mu, i) => -((mu - x.data[i]!) ** 2)),
 *   fromRows([[0.5], [1.5], [2.5]]),
 * );
 * assertEquals(surfaces.map(({ values }) => [...values]), [[-0, -1], [-1, -0], [-4, -1]]);
 * ```
 */
export function likelihoodSurfaces(
  axes: readonly SurfaceAxis[],
  logLikelihood: (theta: Points, x: Points) => Float64Array,
  x: Points,
): Surface[] {
  const nodes = nodesOf(axes);
  const surfaces = Array.from({ length: x.n }, () => new Float64Array(nodes.n));
  const theta = zeros(x.n, nodes.dim);
  for (let k = 0; k < nodes.n; k++) {
    for (let i = 0; i < x.n; i++) theta.data.set(row(nodes, k), i * nodes.dim);
    const values = logLikelihood(theta, x);
    requireLength(ACTION, "the values of the likelihood", values.length, x.n);
    surfaces.forEach((surface, i) => surface[k] = soundValue(values[i]!));
  }
  return surfaces.map((values) => ({ axes, nodes, values }));
}

function nodesOf(axes: readonly SurfaceAxis[]): Points {
  requireInteger(ACTION, "the number of axes", axes.length, 1);
  for (const { name, low, high, cells } of axes) {
    requireInteger(ACTION, `the number of cells of ${name}`, cells, 1);
    requireFinite(ACTION, `the width of ${name}`, high - low);
    if (!(low < high)) {
      throw new RangeError(`Cannot ${ACTION} as low must be < high: ${name} goes from ${low} to ${high}`);
    }
  }
  const count = axes.reduce((product, { cells }) => product * cells, 1);
  requireInteger(ACTION, "the number of all cells", count, 1, 1e7);
  const nodes = zeros(count, axes.length);
  let stride = 1;
  axes.forEach(({ low, high, cells }, j) => {
    for (let k = 0; k < count; k++) {
      const cell = Math.floor(k / stride) % cells;
      nodes.data[k * axes.length + j] = low + (cell + 0.5) * (high - low) / cells;
    }
    stride *= cells;
  });
  return nodes;
}
