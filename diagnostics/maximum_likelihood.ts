/**
 * Maximum likelihood: the best cell of a grid, then the summit near it.
 *
 * @module
 */

import { fromRows, type LogDensity, type Points, row } from "@likely/core";
import { cholesky, solveLower, solveUpper } from "@likely/core/cholesky";
import { requireInteger } from "@likely/core/check";
import { type Evaluate, evaluatorOf, highest, widthOf } from "./_surfaces.ts";
import type { LikelihoodSurfaceOptions } from "./likelihood_surface.ts";
import type { Surface } from "./surface.ts";

const ACTION = "maximise a likelihood";

/** A point of highest likelihood. */
export interface MaximumLikelihood {
  /** `[d]`. */
  readonly theta: Float64Array;
  /** The log-likelihood there, in nats, up to the constant of the surface. */
  readonly value: number;
  /** Whether it lies in an outermost cell of an axis: the summit may be beyond the grid. */
  readonly isOnEdge: boolean;
}

// Half a cell, an eighth, … : finer differences of a float32 surrogate would be rounding.
const STEPS = [1 / 2, 1 / 8, 1 / 32];
const MAX_MOVES = 40;
/** A gain worth another look, in nats. */
const WORTH = 1e-3;
// The least pivot of −∇², as a share of its diagonal: where a surface is not a hill, step as if.
const FLOOR = 1e-3;

/**
 * Finds the maximum of a surface and polishes it by evaluating the function that it was made of.
 *
 * From the best cell a second-order step is made by differences of half a cell, an eighth and a
 * 32nd: no gradient is needed. The step is taken where it goes up, else the best of the points
 * tried; none leaves the grid. A smooth hill is met to about a hundredth of a cell, a quadratic one
 * to rounding.
 *
 * @param surface The surface.
 * @param logDensity What it is the surface of; without it the best cell is the answer.
 * @param options Which observation, as for `likelihoodSurface`.
 * @returns The point, with its log-likelihood.
 * @throws {RangeError | TypeError} If the observation or the density's dimension is wrong.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type Points } from "@likely/core";
 * import { likelihoodSurface, maximumLikelihood } from "@likely/diagnostics";
 *
 * const logDensity = (theta: Points) => theta.data.map((mu) => -((mu - 1.7) ** 2));
 * const surface = likelihoodSurface([{ name: "mu", low: 0, high: 4, cells: 10 }], logDensity);
 * assertAlmostEquals(maximumLikelihood(surface).theta[0]!, 1.8, 1e-12);
 * assertAlmostEquals(maximumLikelihood(surface, logDensity).theta[0]!, 1.7, 1e-9);
 * ```
 */
export function maximumLikelihood(
  surface: Surface,
  logDensity?: LogDensity | ((theta: Points) => Float64Array),
  options: LikelihoodSurfaceOptions = {},
): MaximumLikelihood {
  const { observation = 0 } = options;
  requireInteger(ACTION, "observation", observation, 0);
  const { index, value } = highest(surface.values);
  const start = { theta: row(surface.nodes, index).slice(), value };
  const best = logDensity && Number.isFinite(value)
    ? climb(surface, start, evaluatorOf(ACTION, logDensity, { d: start.theta.length, observation }))
    : start;
  return { ...best, isOnEdge: isOnEdge(surface, best.theta) };
}

type Found = Pick<MaximumLikelihood, "theta" | "value">;

function climb(surface: Surface, start: Found, evaluate: Evaluate): Found {
  let best = start;
  let moves = 0;
  for (const share of STEPS) {
    for (let isRough = true; isRough && moves < MAX_MOVES; moves++) {
      const { values, points } = tryAround(surface, best.theta, share, evaluate);
      const [middle] = points;
      const guess = clamp(surface, secondOrderStep(surface, middle!, values, share), 0);
      const tried = [...points, guess];
      const { index, value } = highest(new Float64Array([...values, evaluate(fromRows([guess]))[0]!]));
      // Much better: another look at the same scale.
      isRough = value > best.value + WORTH;
      if (value > best.value) best = { theta: tried[index]!, value };
    }
  }
  return best;
}

/** The point, both neighbours along each axis, and two along each diagonal. */
function tryAround(surface: Surface, theta: Float64Array, share: number, evaluate: Evaluate) {
  const d = theta.length;
  const middle = clamp(surface, theta, share);
  const moved = (moves: readonly (readonly [number, number])[]) => {
    const out = middle.slice();
    for (const [axis, by] of moves) out[axis]! += by * share * widthOf(surface.axes[axis]!);
    return out;
  };
  const points = [middle];
  for (let i = 0; i < d; i++) points.push(moved([[i, 1]]), moved([[i, -1]]));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) points.push(moved([[i, 1], [j, 1]]), moved([[i, -1], [j, -1]]));
  }
  return { points, values: evaluate(fromRows(points)) };
}

/** The top of the quadratic through the values, in the order of {@linkcode tryAround}. */
function secondOrderStep(
  { axes }: Surface,
  middle: Float64Array,
  values: Float64Array,
  share: number,
): Float64Array {
  const d = middle.length;
  if (!values.every(Number.isFinite)) return middle;
  const [up, down] = [(i: number) => values[1 + 2 * i]!, (i: number) => values[2 + 2 * i]!];
  const step = Float64Array.from({ length: d }, (_, i) => (up(i) - down(i)) / 2);
  const curvature = new Float64Array(d * d);
  let k = 1 + 2 * d;
  for (let i = 0; i < d; i++) {
    curvature[i * d + i] = 2 * values[0]! - up(i) - down(i);
    for (let j = 0; j < i; j++, k += 2) {
      const both = values[k]! + values[k + 1]! + 2 * values[0]!;
      curvature[i * d + j] = (up(i) + down(i) + up(j) + down(j) - both) / 2;
    }
    // No hill along this axis: its neighbours, tried already, tell more.
    if (!(curvature[i * d + i]! > 0)) return middle;
  }
  const factor = cholesky(curvature, { floor: FLOOR });
  solveLower(factor, step);
  solveUpper(factor, step);
  // Differences are not to be trusted further away than a few of their own steps.
  const far = Math.max(1, ...step.map((value) => Math.abs(value) / 4));
  return middle.map((value, i) => value + step[i]! / far * share * widthOf(axes[i]!));
}

/** The nearest point at least `share` of a cell inside the grid. */
function clamp({ axes }: Surface, theta: Float64Array, share: number): Float64Array {
  return theta.map((value, i) => {
    const axis = axes[i]!;
    const margin = share * widthOf(axis);
    return Math.min(Math.max(value, axis.low + margin), axis.high - margin);
  });
}

function isOnEdge({ axes }: Surface, theta: Float64Array): boolean {
  return axes.some((axis, i) => {
    const width = widthOf(axis);
    return theta[i]! < axis.low + width || theta[i]! > axis.high - width;
  });
}
