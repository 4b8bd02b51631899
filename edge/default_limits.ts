/**
 * What one request may ask for.
 *
 * @module
 */

/** What one request may ask for; beyond, the answer is 413, or 408 for time. */
export interface Limits {
  /** Bytes of a body. */
  readonly bodyBytes: number;
  /** Observations of one θ, and parameters whose density is asked for. */
  readonly rows: number;
  /** Draws. */
  readonly draws: number;
  /** Milliseconds in which a body must have come and sampling end, and then each piece of a long answer be taken. */
  readonly milliseconds: number;
}

/** A megabyte, 1,000 rows, 100,000 draws, ten seconds. */
export const defaultLimits: Limits = {
  bodyBytes: 1_000_000,
  rows: 1000,
  draws: 100_000,
  milliseconds: 10_000,
};
