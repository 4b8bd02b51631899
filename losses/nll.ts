/**
 * Maximum likelihood: what density estimators are trained by.
 *
 * @module
 */

import { gatherRows, type Loss } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";

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
 * @returns The loss.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nll } from "@likely/losses";
 *
 * assertEquals(nll().name, "nll");
 * ```
 */
export function nll(): Loss {
  return {
    name: "nll",
    options: {},
    assemble: (_, data, rows) => ({
      theta: gatherRows(data.theta, rows),
      x: gatherRows(data.x, rows),
      atoms: 1,
    }),
    compute: (estimate, { theta, x }) => tf.tidy(() => tf.neg(tf.mean(estimate(theta, x)))),
  };
}
