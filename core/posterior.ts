/**
 * The posterior contract.
 *
 * @module
 */

import type { Draws } from "./draws.ts";
import type { Key } from "./key.ts";
import type { Points } from "./points.ts";

/** A distribution over parameters given data. */
export interface Posterior {
  /** Draws about `n` rows in all (whole rows per chain, never fewer than `n`). */
  sample(key: Key, n: number): Promise<Draws>;
  /** Log density in nats up to a constant, where it is known: `[n]`. */
  logDensity?(theta: Points): Float64Array;
  /** What a reader should worry about before any draw is made, in words; draws repeat it. */
  readonly warnings?: readonly string[];
}
