/**
 * Balanced NRE: classification that errs on the side of caution.
 *
 * @module
 */

import { type Loss, pairWithOthers } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import { requireNonNegative } from "@likely/core/check";

/** What {@linkcode balancedBce} can be told. */
export interface BalancedBceOptions {
  /**
   * λ, the weight of the balance term.
   *
   * @default {100}
   */
  readonly weight?: number;
}

/**
 * Binary cross-entropy plus a term that keeps the classifier balanced:
 * `bce + λ (E[d(θ, x)] + E[d(θ′, x)] − 1)²` with `d = sigmoid h`, own pairs (θ, x) and
 * foreign pairs (θ′, x).
 *
 * The exact classifier is balanced, so that the minimiser is still the exact log ratio;
 * on the way there, balanced classifiers are in expectation less sure of themselves than the
 * exact one, and the posteriors wider rather than too narrow.
 *
 * Source: Delaunoy et al. (2022), algorithm 1, https://arxiv.org/abs/2208.13624. The
 * cross-entropy here is a mean over both kinds of pairs, half of the sum in the paper.
 *
 * @param options The weight of the balance term.
 * @returns The loss; two θ rows per x row.
 * @throws {RangeError} If the weight is negative or not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { balancedBce } from "@likely/losses";
 *
 * assertEquals(balancedBce().options, { weight: 100 });
 * ```
 */
export function balancedBce(options: BalancedBceOptions = {}): Loss {
  const { weight = 100 } = options;
  requireNonNegative("balance a loss", "weight", weight);
  return {
    name: "bce_balanced",
    options: { weight },
    fewestRows: 2,
    assemble: (key, data, rows) => pairWithOthers(key, data, rows, 2),
    compute: (estimate, { theta, x }) =>
      tf.tidy(() => {
        const logit = estimate(theta, x);
        const entropy = tf.mean(tf.softplus(tf.mul(logit, [[-1, 1]])));
        // The mean over both columns is half the sum of the two expectations.
        const imbalance = tf.sub(tf.mul(tf.mean(tf.sigmoid(logit)), 2), 1);
        return tf.add(entropy, tf.mul(tf.square(imbalance), weight));
      }),
  };
}
