/**
 * The contract of one-dimensional distributions, the parts of an independent prior.
 *
 * @module
 */

import type { MarginalSpec } from "./prior.ts";
import type { Stream } from "./stream.ts";
import type { Interval } from "./interval.ts";

/** A distribution over one number. */
export interface Marginal {
  /** The distribution as plain data; `marginalFrom` reads it back. */
  readonly spec: MarginalSpec;
  /** Where its density is not zero. */
  readonly support: Interval;
  /** Draws one variate, strictly inside the support. */
  draw(random: Stream): number;
  /** Log density in nats, normalised; −∞ outside the support. */
  logDensity(value: number): number;
  /** The derivative of the log density; 0 outside the support. */
  score(value: number): number;
}
