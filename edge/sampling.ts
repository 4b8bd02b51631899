/**
 * How chains run where draws need chains.
 *
 * @module
 */

/** How chains run, where weighted proposals cannot be trusted. */
export interface Sampling {
  /** Chains at a time. */
  readonly chains: number;
  /** Steps of each in which it adapts, and which are thrown away. */
  readonly warmup: number;
}
