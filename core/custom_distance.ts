/**
 * A distance of the user's own.
 *
 * @module
 */

import { betweenRows } from "./_distance_rows.ts";
import type { Distance } from "./distance.ts";

/** What {@linkcode customDistance} needs to know. */
export interface CustomDistanceDefinition {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** The unit, in words: what β is one over. */
  readonly unit: string;
  /** Measures one pair of rows; NaN where they cannot be compared. */
  readonly between: (x: Float64Array, target: Float64Array) => number;
  /**
   * Plain data that goes with the name.
   *
   * @default {{}}
   */
  readonly options?: Readonly<Record<string, number | string | boolean>>;
}

/**
 * Builds a distance from a function of two rows. Its expectation over simulated x is what a
 * cost surrogate learns, so it must not be negative on average.
 *
 * @param definition Name, unit and function.
 * @returns The distance.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { customDistance, extent, fromRows } from "@likely/core";
 *
 * const peak = customDistance({
 *   name: "peak",
 *   unit: "difference of the largest values",
 *   between: (x, target) => Math.abs(extent(x)[1] - extent(target)[1]),
 * });
 * assertEquals(peak.between(fromRows([[1, 5], [2, 0]]), fromRows([[4, 3]])), new Float64Array([1, 2]));
 * ```
 */
export function customDistance(definition: CustomDistanceDefinition): Distance {
  const { name, unit, between, options = {} } = definition;
  return {
    name,
    unit,
    options,
    between: (x, target) =>
      betweenRows(
        name,
        x,
        target,
        (a, i, b, j) => between(a.subarray(i, i + x.dim), b.subarray(j, j + x.dim)),
      ),
  };
}
