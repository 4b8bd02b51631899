/**
 * What a spec becomes on tensors.
 *
 * @module
 */

import type { Estimate } from "@likely/core";
import type { Matrix, Tensor } from "@likely/core/tensor";

/**
 * A scalar of standardised (θ, x), a network's output or a log density, in two halves so that x is seen once however many
 * θ it meets. All tensors are borrowed; what comes back is owned by the caller.
 */
export interface Network {
  /** The embedding of x `[n, p]`, to `[n, out]`; a copy of x where there is none of x. */
  embed(weights: Readonly<Record<string, Tensor>>, x: Matrix): Matrix;
  /**
   * What embedded x contributes to the first layer after the join, `[n, out]` to `[n, width]`; of a
   * density a copy.
   */
  observe(weights: Readonly<Record<string, Tensor>>, embedded: Matrix): Matrix;
  /** Outputs `[n, atoms]`. */
  output(weights: Readonly<Record<string, Tensor>>, joint: Joint): Matrix;
  /** Both halves with the weights filled in. */
  estimate(weights: Readonly<Record<string, Tensor>>): Estimate;
}

/** θ meets x. */
export interface Joint {
  /** `[atoms · n, d]`, atom-major; or `[atoms, d]` where every row of x meets the same θ. */
  readonly theta: Matrix;
  /** θ rows per x row. */
  readonly atoms: number;
  /** `[n, width]`, from {@linkcode Network.observe}. */
  readonly seen: Matrix;
}
