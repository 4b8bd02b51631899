/**
 * Maximum likelihood: what density estimators are trained by.
 *
 * @module
 */

import { gatherRows, type Key, type Loss, type Points, stream } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { tf } from "@likely/core/lazy-tensor";

/** Options of {@linkcode nll}. */
export interface NllOptions {
  /**
   * Columns of x that hold whole numbers: noise, uniform on ±½, makes them continuous, anew in every
   * minibatch. The density at k is then learned as the mean of the interval around it.
   *
   * @default {[]}
   */
  readonly whole?: readonly number[];
}

/**
 * The mean negative log density of simulated pairs, `−(1/n) Σ log q(targetᵢ | conditionᵢ)`, in nats
 * of the standardised target.
 *
 * Its minimiser over all densities is the conditional density of the simulations: the posterior
 * p(θ | x) for an estimator of θ (θ from the prior), the likelihood p(x | θ) for one of x (θ from
 * anywhere).
 *
 * Source: Papamakarios & Murray (2016), https://arxiv.org/abs/1605.06376, eq. 6; Papamakarios,
 * Sterratt & Murray (2019), https://arxiv.org/abs/1805.07226, for likelihoods.
 *
 * @param options Which columns of x are whole.
 * @returns The loss.
 * @throws {RangeError} If a column is no whole number ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nll } from "@likely/losses";
 *
 * assertEquals(nll().name, "nll");
 * ```
 */
export function nll(options: NllOptions = {}): Loss {
  const { whole = [] } = options;
  whole.forEach((column) => requireInteger("train a density", "a whole column", column, 0));
  return {
    name: "nll",
    options: whole.length > 0 ? { whole: whole.join() } : {},
    assemble: (key, data, rows) => ({
      theta: gatherRows(data.theta, rows),
      x: blurred(key, gatherRows(data.x, rows), whole),
      atoms: 1,
      ...(whole.length === 0 && { source: { theta: data.theta, thetaRows: rows, x: data.x, xRows: rows } }),
    }),
    compute: (estimate, { theta, x }) => tf.tidy(() => tf.neg(tf.mean(estimate(theta, x)))),
  };
}

/** Adds noise to the given columns, in place. */
function blurred(key: Key, x: Points, columns: readonly number[]): Points {
  const random = stream(key);
  for (const j of columns) {
    for (let k = j; k < x.data.length; k += x.dim) x.data[k]! += random.uniform() - 0.5;
  }
  return x;
}
