/**
 * A function of one or two parameters on a grid.
 *
 * @module
 */

import type { Interval, Points } from "@likely/core";

/** One axis of a surface: equal cells over an interval. */
export interface SurfaceAxis extends Interval {
  /** What the parameter is called. */
  readonly name: string;
  /** Number of cells. */
  readonly cells: number;
}

/** A log-likelihood, up to a constant, in the middle of every cell of a grid. */
export interface Surface {
  /** `[d]` axes. */
  readonly axes: readonly SurfaceAxis[];
  /** `[m, d]`: the middles of the cells, the first axis fastest. */
  readonly nodes: Points;
  /** `[m]`, in nats; finite or −∞. */
  readonly values: Float64Array;
}
