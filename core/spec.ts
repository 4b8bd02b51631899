/**
 * Networks as plain data: a spec can be run by any engine, saved in a file and compared.
 *
 * @module
 */

import type { DensitySpec } from "./density_spec.ts";

/** Smooth activations suit gradients in θ; ReLU is there for the published presets. */
export type Activation = "silu" | "tanh" | "relu";

/** Fully connected embedding of x: `hidden` layers, then a linear layer to `out`. */
export interface DenseEmbedding {
  /** Which embedding. */
  readonly kind: "dense";
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Width of the embedding. */
  readonly out: number;
  /** After each hidden layer. */
  readonly activation: Activation;
}

/**
 * Permutation-invariant embedding of x seen as `xDim / element` exchangeable elements: a
 * network on each, pooled, then a second network (Zaheer et al. 2017, Deep Sets).
 */
export interface SetEmbedding {
  /** Which embedding. */
  readonly kind: "set";
  /** Numbers in one element; divides `xDim`. */
  readonly element: number;
  /** Widths of the layers on each element; the last is pooled. */
  readonly each: readonly number[];
  /** How elements are pooled. */
  readonly pool: "mean" | "sum";
  /** Widths of the hidden layers after pooling. */
  readonly hidden: readonly number[];
  /** Width of the embedding. */
  readonly out: number;
  /** After each layer but the last. */
  readonly activation: Activation;
}

/**
 * Convolutional embedding of x seen as a `size` grid with `channels` values a cell
 * (channels last): 3-wide (1-d) or 3×3 (2-d) "same" convolutions, each followed by the
 * activation and average pooling by `pool`, then flattened and mapped to `out`.
 */
export interface ConvEmbedding {
  /** Which embedding. */
  readonly kind: "conv";
  /** `[length]` or `[height, width]`; with `channels` it multiplies to `xDim`. */
  readonly size: readonly [number] | readonly [number, number];
  /** Values in a cell. */
  readonly channels: number;
  /** Output channels of each convolution. */
  readonly filters: readonly number[];
  /** Kernel width, odd. */
  readonly kernel: number;
  /** Pooling width after each convolution; 1 for none. */
  readonly pool: number;
  /** Width of the embedding. */
  readonly out: number;
  /** After each convolution. */
  readonly activation: Activation;
}

/** How x, or what a density is conditioned on, is embedded before the rest joins it. */
export type EmbeddingSpec = DenseEmbedding | SetEmbedding | ConvEmbedding;

/** A stack of dense layers with the given hidden widths. */
export interface MlpTrunk {
  /** Which trunk. */
  readonly kind: "mlp";
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** After each hidden layer. */
  readonly activation: Activation;
}

/**
 * A linear layer to `width`, then `blocks` pre-activation residual blocks
 * `h + W₂ act(W₁ act(h) + b₁) + b₂`, then a linear layer to the output.
 */
export interface ResNetTrunk {
  /** Which trunk. */
  readonly kind: "resnet";
  /** Number of residual blocks. */
  readonly blocks: number;
  /** Width of every block. */
  readonly width: number;
  /** Inside each block. */
  readonly activation: Activation;
}

/** The network that sees (θ, embedded x). */
export type TrunkSpec = MlpTrunk | ResNetTrunk;

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

/** Everything trainable is described by one of these. */
export type Spec = NetworkSpec | DensitySpec;
