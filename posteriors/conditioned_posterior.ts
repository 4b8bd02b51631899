/**
 * What conditioning a surrogate gives.
 *
 * @module
 */

import type { Posterior, Rows } from "@likely/core";

/** A posterior that holds memory of its engine until disposed. */
export interface ConditionedPosterior extends Posterior, Disposable {
  /** Log density in nats up to a constant, where it is known: `[n]`. A list of rows will do. */
  logDensity?(theta: Rows): Float64Array;
}
