/**
 * Conditional densities as plain data: q(θ | x) for `npe`, q(x | θ) for `nle`.
 *
 * Their notation: y is the standardised target, `[D]`; c the standardised condition, or what its
 * embedding makes of it, `[C]`; sums of indices start at 0. `bound(h) = 7 tanh(h / 7)` keeps a
 * log-scale where float32 has room. Densities are those of y: whoever wants them in raw units adds
 * the log-slopes of the standardisation. All flows map y to z, which is standard normal:
 * `log q(y | c) = Σⱼ (−z_j² / 2 − log(2π) / 2) + log |det ∂z/∂y|`. That direction is the fast one:
 * it is what training and log densities need, in a single pass; drawing goes from z to y.
 *
 * Names and shapes of weights are in `weightShapes`, zeros among them in `weightMasks`, where
 * training starts in `initWeights`: near the standard normal.
 *
 * @module
 */

import type { Activation, EmbeddingSpec, TrunkSpec } from "./network_parts.ts";

/** What all density estimators have. */
export interface DensitySides {
  /** Numbers in a row of θ. */
  readonly thetaDim: number;
  /** Numbers in a row of x. */
  readonly xDim: number;
  /** What the density is of; the other side is its condition. */
  readonly target: "theta" | "x";
  /** How the condition is embedded; absent: as it is. */
  readonly embedding?: EmbeddingSpec;
}

/**
 * A mixture of Gaussians. The trunk reads c; with K components it has `K (1 + 2 D + D (D − 1) / 2)`
 * outputs, one part after another: logits a `[K]`, means r `[K, D]`, log-diagonals h `[K, D]`, and
 * what is below the diagonals l `[K, D (D − 1) / 2]`, row by row: `L_10, L_20, L_21, L_30, …`.
 *
 * With `μ_k = r_k + (c · S)_k`, S `[C, K · D]` the weight `skip/weight`, and L_k the lower
 * triangular matrix of l_k with `exp bound(h_k)` on its diagonal, component k is the Gaussian of
 * precision `L_kᵀ L_k` around μ_k: with `z_k = L_k (y − μ_k)`,
 * `log q = log Σ_k softmax(a)_k exp(Σⱼ bound(h_kj) − |z_k|² / 2) − D log(2π) / 2`.
 * A draw chooses k, draws z and solves `L_k (y − μ_k) = z` from the first coordinate on.
 *
 * Source: Bishop (1994), "Mixture density networks"; the factor is that of Papamakarios & Murray
 * (2016), https://arxiv.org/abs/1605.06376, transposed.
 */
export interface MdnSpec extends DensitySides {
  /** Which estimator. */
  readonly kind: "mdn";
  /** K. */
  readonly components: number;
  /** The network of the condition. */
  readonly trunk: TrunkSpec;
}

/**
 * A masked autoregressive flow of affine transforms. In transform t coordinate j has the rank j
 * where t is even and D − 1 − j where t is odd: nothing moves, the order is read backwards.
 *
 * A network with the `hidden` layers of transform t reads the row (y, c) and has 2 D outputs, r and
 * then h. With `m = r + (y, c) · S`, S `[D + C, D]` the weight `transform{t}/skip/weight`, it maps
 * `y_j ↦ (y_j − m_j) · exp bound(h_j)`; the log-determinant is `Σⱼ bound(h_j)`.
 *
 * Hidden unit k of a layer of width H has the degree `floor(k D / H)`. It sees c in the first layer,
 * coordinates of a rank below its degree, and units of the layer before of a degree up to its own;
 * what belongs to coordinate j sees units of a degree up to the rank of j, and through S coordinates
 * of a lower rank, and c. Weights elsewhere are 0. So units of one degree stand together, and to draw
 * a coordinate only the units of its degree are new: drawing costs D short passes, which are
 * together one pass.
 *
 * For one-dimensional targets it is a Gaussian. Source: Papamakarios et al. (2017),
 * https://arxiv.org/abs/1705.07057; degrees from 0 let the first coordinate see the condition
 * through hidden layers.
 */
export interface MafSpec extends DensitySides {
  /** Which estimator. */
  readonly kind: "maf";
  /** How many, one after another. */
  readonly transforms: number;
  /** Widths of the hidden layers of each. */
  readonly hidden: readonly number[];
  /** After each hidden layer. */
  readonly activation: Activation;
}

/**
 * A flow of rational-quadratic splines that are coupled. Transform t keeps some coordinates and
 * moves the others, see `couplingSplit`; of a single one it moves that one, always.
 *
 * Its network, a trunk that reads the row (kept y, c), has 3 K + 1 outputs for each coordinate moved,
 * coordinate after coordinate: a shift r, a log-scale h, widths `[K]`, heights `[K]`, slopes
 * `[K − 1]`. With `m = r + (kept y, c) · S`, S `[kept + C, moved]` the weight
 * `transform{t}/skip/weight`, it maps `y_j ↦ f_j((y_j − m_j) · exp bound(h_j))`; the log-determinant
 * is `Σⱼ bound(h_j) + log f_j′`. Shift and scale go where the target is, the spline gives shape.
 *
 * f is the identity outside `(−span, span)`. Inside it has K bins, of widths
 * `2 span (10⁻³ + (1 − 10⁻³ K) softmax(widths))`, heights likewise, and at the knots between them
 * the slopes `10⁻³ + softplus(slopes + log(exp(1 − 10⁻³) − 1))`, 1 at both ends. In a bin of width w
 * and height g from the knot (u, v), with slopes d₀ and d₁ at its ends, `ξ = (a − u) / w`,
 * `s = g / w` and `e = s + (d₁ + d₀ − 2 s) ξ (1 − ξ)`:
 * `f(a) = v + g (s ξ² + d₀ ξ (1 − ξ)) / e` and
 * `f′(a) = s² (d₁ ξ² + 2 s ξ (1 − ξ) + d₀ (1 − ξ)²) / e²`.
 *
 * Source: Durkan et al. (2019), https://arxiv.org/abs/1906.04032; shift and scale are ours.
 */
export interface NsfSpec extends DensitySides {
  /** Which estimator. */
  readonly kind: "nsf";
  /** How many, one after another. */
  readonly transforms: number;
  /** K. */
  readonly bins: number;
  /** Half the width of what splines bend, in units of the standard normal. */
  readonly span: number;
  /** The network of each transform. */
  readonly trunk: TrunkSpec;
}

/**
 * A choice among K, which is one column of x: 0, …, K − 1, and never standardised. The trunk reads c and
 * has K outputs a: `log q(k) = a_k − log Σⱼ exp aⱼ`. A draw is the first k whose cumulated share is beyond
 * a number that is uniform on [0, 1).
 */
export interface CategoricalSpec extends DensitySides {
  /** Which estimator. */
  readonly kind: "categorical";
  /** K. */
  readonly categories: number;
  /** The network of the condition. */
  readonly trunk: TrunkSpec;
}

/** A density of numbers. */
export type FlowSpec = MdnSpec | MafSpec | NsfSpec;

/** A conditional density of one side given the other. */
export type DensitySpec = FlowSpec | CategoricalSpec;

/**
 * A density of x with categories among its columns,
 * `log q(x | θ) = log p(categories | θ) + log q(numbers | categories, θ)`, of two estimators whose
 * weights are named `choice/…` and `numbers/…`.
 *
 * The choice is among all combinations of categories, the first column's running slowest. The numbers'
 * condition is the row (θ, one-hot of the first column of categories, of the second, …), in which 0 and 1
 * are standardised to −1 and 1; θ and numbers are standardised as in the whole.
 *
 * Source: Boelts et al. (2022), "Flexible and efficient simulation-based inference for models of
 * decision-making", https://doi.org/10.7554/eLife.77220 (MNLE).
 */
export interface MixedSpec extends DensitySides {
  /** Which estimator. */
  readonly kind: "mixed";
  /** What the density is of. */
  readonly target: "x";
  /** The parts have theirs. */
  readonly embedding?: never;
  /** `[xDim]`: how many categories a column has, `null` for a number. */
  readonly categories: readonly (number | null)[];
  /** Of θ and one column. */
  readonly choice: CategoricalSpec;
  /** Of θ with the one-hots behind it and the other columns; absent: there are none. */
  readonly numbers?: FlowSpec;
}
