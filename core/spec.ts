/**
 * Networks as plain data: a spec can be run by any engine, saved in a file and compared.
 *
 * @module
 */

import type { DensitySpec, MixedSpec } from "./density_spec.ts";
import type { EmbeddingSpec, TrunkSpec } from "./network_parts.ts";

/**
 * Fixed features of x seen as `xDim / element` exchangeable elements, under which a Gaussian
 * kernel is an inner product. A column of an element gives the cosine and the sine of its number
 * times each of its frequencies: `[cos ω₁u, …, cos ω_K u, sin ω₁u, …, sin ω_K u]`. The columns'
 * features are multiplied, each with each, the last column's running fastest.
 */
export interface FourierFeatures {
  /** Numbers in one element; divides `xDim`. */
  readonly element: number;
  /** `[element, K]`, each > 0, for standardised x. */
  readonly frequencies: readonly (readonly number[])[];
  /**
   * Whether the mean over elements is taken of the products, or of each column's features before
   * they are multiplied.
   */
  readonly mean: "of_products" | "of_columns";
}

/**
 * A paraboloid in x, for costs that are known to be one. The trunk sees θ alone and has q + 1
 * outputs, r(θ) and v(θ). With m(θ) = θ · S + r(θ), S a matrix of weights, the network's output is
 * `Σⱼ weightsⱼ (mⱼ(θ) − φⱼ(x))² + scale · softplus(v(θ))`, in standardised θ and x, no embedding;
 * φ(x) is x itself unless there are features.
 */
export interface QuadraticHead {
  /** Which head. */
  readonly kind: "quadratic";
  /** `[q]`, each > 0. */
  readonly weights: readonly number[];
  /** What the paraboloid is in; absent: x. */
  readonly features?: FourierFeatures;
  /** Of what does not depend on x. */
  readonly scale: number;
}

/**
 * An expected absolute difference, column by column. The trunk sees θ alone and has 2p outputs,
 * r(θ) and then u(θ). With m(θ) = θ · S + r(θ), S a matrix of weights, s(θ) = softplus(u(θ)) + 10⁻⁶
 * and δⱼ = mⱼ(θ) − xⱼ, the network's output is `Σⱼ weightsⱼ (|δⱼ| + 2 sⱼ softplus(−|δⱼ| / sⱼ))`, in
 * standardised θ and x, no embedding.
 *
 * `E|y − x|` of any random y is convex in x, with slope `2 P(y < x) − 1`, and far from all of y it
 * is `|E y − x|`, whatever the noise. The form above is exact for logistic noise of scale s around
 * m; for Gaussian noise it comes within 1.4 %; for no noise it is exact again, with s → 0.
 */
export interface AbsoluteHead {
  /** Which head. */
  readonly kind: "absolute";
  /** `[p]`, each > 0. */
  readonly weights: readonly number[];
}

/**
 * What is done to the trunk's single output h: nothing, or `scale · softplus(h)` for
 * outputs that cannot be negative; or more.
 */
export type HeadSpec =
  | { readonly kind: "linear" }
  | { readonly kind: "softplus"; readonly scale: number }
  | QuadraticHead
  | AbsoluteHead;

/**
 * A scalar network of standardised (θ, x).
 *
 * θ joins x late, after the embedding, when there is one; early, beside raw x, when not.
 */
export interface NetworkSpec {
  /** Which spec. */
  readonly kind: "network";
  /** Numbers in a row of θ. */
  readonly thetaDim: number;
  /** Numbers in a row of x. */
  readonly xDim: number;
  /** How x is embedded; absent: x joins θ as it is. */
  readonly embedding?: EmbeddingSpec;
  /** The network after the join. */
  readonly trunk: TrunkSpec;
  /** What is done to its output. */
  readonly head: HeadSpec;
}

/** What an engine trains and evaluates as one. */
export type PartSpec = NetworkSpec | DensitySpec;

/** Every surrogate is described by one of these. */
export type Spec = PartSpec | MixedSpec;
