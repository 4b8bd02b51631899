/**
 * NRE-A: the ratio by binary classification.
 *
 * @module
 */

import { type Loss, pairWithOthers } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";

/**
 * The binary cross-entropy of telling x's own θ from another row's, in nats:
 * `½ mean softplus(−h(θ, x)) + ½ mean softplus(h(θ′, x))`, log 2 by chance.
 *
 * Pairs (θ, x) come from p(θ, x) with label 1, pairs (θ′, x) from p(θ) p(x) with label 0. The
 * best classifier is `sigmoid h = p(θ, x) / (p(θ, x) + p(θ) p(x))`, so that the best network
 * is the log ratio of likelihood to evidence, `h* = log p(x | θ) − log p(x)`.
 *
 * Source: Hermans, Begy & Louppe (2020), algorithm 1, https://arxiv.org/abs/1903.04057.
 *
 * @returns The loss; two θ rows per x row.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bce } from "@likely/losses";
 *
 * assertEquals(bce().name, "bce");
 * ```
 */
export function bce(): Loss {
  return {
    name: "bce",
    options: {},
    fewestRows: 2,
    assemble: (key, data, rows) => pairWithOthers(key, data, rows, 2),
    compute: (estimate, { theta, x }) =>
      tf.tidy(() => {
        const logit = estimate(theta, x);
        // Own θ in the first column, another's in the second: softplus(∓h).
        return tf.mean(tf.softplus(tf.mul(logit, [[-1, 1]])));
      }),
  };
}
