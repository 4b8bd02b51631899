/**
 * The prior contract.
 *
 * @module
 */

import type { Key } from "./key.ts";
import type { Points } from "./points.ts";
import type { Support } from "./support.ts";

/**
 * A distribution over named parameters.
 *
 * @typeParam Name The names, where the compiler knows them.
 */
export interface Prior<Name extends string = string> {
  /** One name per parameter. */
  readonly names: readonly Name[];
  /** Number of parameters. */
  readonly dim: number;
  /** One open interval per parameter. */
  readonly support: Support;
  /**
   * The prior as plain data, what an artifact stores; `priorFrom` reads it back, but for one of kind
   * `"custom"`, which has to be handed over again.
   */
  readonly spec: PriorSpec;
  /** Draws `n` rows; row i depends on the key and i alone. */
  sample(key: Key, n: number): Points;
  /** Log density in nats, `[n]`, normalised; −∞ outside the support. */
  logDensity(theta: Points): Float64Array;
  /** ∇θ of the log density, `[n, dim]`; 0 outside the support. */
  score(theta: Points): Points;
}

/** A prior as plain data. */
export type PriorSpec = IndependentSpec | MultivariateNormalSpec | CustomPriorSpec;

/** Independent named parameters, each with its own marginal. */
export interface IndependentSpec {
  /** Which prior. */
  readonly kind: "independent";
  /** In order: a parameter's name and its marginal. */
  readonly parameters: readonly { readonly name: string; readonly marginal: MarginalSpec }[];
}

/** Jointly normal named parameters. */
export interface MultivariateNormalSpec {
  /** Which prior. */
  readonly kind: "multivariate_normal";
  /** One name per parameter. */
  readonly names: readonly string[];
  /** `[d]`. */
  readonly mean: readonly number[];
  /** `[d][d]`, symmetric positive definite. */
  readonly covariance: readonly (readonly number[])[];
}

/** A prior of the user's own: what it is called and where it lives, not what it is. */
export interface CustomPriorSpec {
  /** Which prior. */
  readonly kind: "custom";
  /** What it is called. */
  readonly name: string;
  /** One name per parameter. */
  readonly names: readonly string[];
  /** One open interval per parameter; `null` for an infinite end (JSON has no infinities). */
  readonly support: readonly { readonly low: number | null; readonly high: number | null }[];
}

/** A one-dimensional distribution as plain data. */
export type MarginalSpec =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly sd: number }
  | {
    readonly kind: "truncated_normal";
    readonly mean: number;
    readonly sd: number;
    /** Absent: −∞ (JSON has no infinities). */
    readonly low?: number;
    /** Absent: ∞. */
    readonly high?: number;
  }
  | { readonly kind: "log_normal"; readonly logMean: number; readonly logSd: number }
  | { readonly kind: "gamma"; readonly shape: number; readonly rate: number }
  | { readonly kind: "exponential"; readonly rate: number }
  | { readonly kind: "beta"; readonly a: number; readonly b: number };
