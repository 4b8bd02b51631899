/**
 * What networks are made of, as plain data.
 *
 * @module
 */

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
