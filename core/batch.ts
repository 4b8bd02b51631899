/**
 * A minibatch as the training loop hands it to an engine: host rows, raw units.
 *
 * @module
 */

import type { Points } from "./points.ts";

/**
 * `n` rows of x, each paired with `atoms` rows of θ. Atom-major: the pair of x row i with its
 * a-th θ is row `a · n + i` of `theta`, so that atom 0 is a plain matrix of the first n rows.
 */
export interface Batch {
  /** `[atoms · n, d]`, raw units. */
  readonly theta: Points;
  /** `[n, p]`, raw units. */
  readonly x: Points;
  /** θ rows per x row. */
  readonly atoms: number;
  /** `[n]` regression targets, for losses that have them. */
  readonly target?: Float64Array;
  /** `[m, d]`, m ≤ n: scores of the first rows of atom 0, raw units, for losses that use them. */
  readonly score?: Points;
  /** Where θ and x are from, if they are rows of data and nothing else. */
  readonly source?: BatchSource;
}

/** Rows of data that an engine may keep at hand, on a device, and pick from there. */
export interface BatchSource {
  /** `[…, d]`. */
  readonly theta: Points;
  /** Which row of it row i of the batch's θ is. */
  readonly thetaRows: Uint32Array;
  /** `[…, p]`. */
  readonly x: Points;
  /** Which row of it row i of the batch's x is. */
  readonly xRows: Uint32Array;
}
