/**
 * The distance contract: how far data lie from data, in a unit that has a name.
 *
 * @module
 */

import type { Points } from "./points.ts";

/**
 * A distance between rows of data, d(x, t) ≥ 0 in expectation. The inverse temperature β of a
 * generalized posterior is in 1 / its unit: a distance and its β belong together.
 *
 * With `name` and `options` as plain data it travels in files; {@linkcode distanceFrom} brings
 * it back.
 */
export interface Distance {
  /** As in the field: `"mse"`, `"mmd"`, … */
  readonly name: string;
  /** The unit, in words. */
  readonly unit: string;
  /** Plain data; with `name` it identifies the distance. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /**
   * Measures row by row, in float64.
   *
   * @param x `[n, p]`.
   * @param target `[n, p]`, row i for row i; or `[1, p]`, one for all.
   * @returns `[n]`; a row with a number that is not finite has a distance that is not finite.
   */
  between(x: Points, target: Points): Float64Array;
}
