/**
 * Draws of one or more chains.
 *
 * @module
 */

/** Posterior draws: `chains` sequences of `length` named rows. */
export interface Draws {
  /** One name per column. */
  readonly names: readonly string[];
  /** Number of chains. */
  readonly chains: number;
  /** Draws in each chain. */
  readonly length: number;
  /** `[chains, length, names.length]`, row-major. */
  readonly values: Float64Array;
  /** What a reader should know: the sampler, evaluations, divergences, … */
  readonly info: DrawsInfo;
  /** What a reader should worry about, in words; empty when nothing is known to be wrong. */
  readonly warnings: readonly string[];
}

/** How draws were made. */
export interface DrawsInfo {
  /** The sampler's name. */
  readonly sampler: string;
  /** Calls of `LogDensity.evaluate`, warm-up included. */
  readonly evaluations: number;
  /** Further numbers by name: acceptance rate, divergences, seconds, … */
  readonly [name: string]: number | string;
}
