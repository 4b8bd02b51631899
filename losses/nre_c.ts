/**
 * NRE-C: the ratio by contrasting several θ, with "none of them" as a further class.
 *
 * @module
 */

import { type Loss, pairWithOthers } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Scalar, Vector } from "@likely/core/tensor";
import { requireInteger, requirePositive } from "@likely/core/check";

/** What {@linkcode nreC} can be told. */
export interface NreCOptions {
  /**
   * K, how many θ are contrasted; a minibatch needs at least K + 1 rows.
   *
   * @default {5}
   */
  readonly classes?: number;
  /**
   * γ, the odds that one of the θ is x's own against none of them.
   *
   * @default {1}
   */
  readonly gamma?: number;
}

/**
 * Contrastive neural ratio estimation: which of K rows of θ made x, if any did?
 *
 * With `h_k = h(θ_k, x)` the class probabilities are
 * - none: `q₀ = K / (K + γ Σ exp h_k)`, for θ₁ … θ_K all foreign,
 * - the first: `q₁ = γ exp h₁ / (K + γ Σ exp h_k)`, for θ₁ own and the others foreign,
 *
 * and the loss is `−1/(1 + γ) E[log q₀] − γ/(1 + γ) E[log q₁]`, in nats. Its minimiser is the
 * exact log ratio `h* = log p(x | θ) − log p(x)` with no free constant, whatever K and γ;
 * K = 1, γ = 1 is the binary cross-entropy. In code, with `z = logsumexp h + log(γ / K)`,
 * `−log q₀ = softplus z` and `−log q₁ = softplus z − h₁ − log(γ / K)`.
 *
 * Both expectations share the foreign θ of a row, K of them (K − 1 in the second).
 *
 * Source: Miller, Weniger & Forré (2022), eqs. 7–9, https://arxiv.org/abs/2210.06170.
 *
 * @param options The number of classes and the odds.
 * @returns The loss; K + 1 rows of θ per x row.
 * @throws {RangeError} If `classes` is not a whole number ≥ 1 or `gamma` is not > 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nreC } from "@likely/losses";
 *
 * assertEquals(nreC({ classes: 10 }).options, { classes: 10, gamma: 1 });
 * ```
 */
export function nreC(options: NreCOptions = {}): Loss {
  const { classes = 5, gamma = 1 } = options;
  requireInteger("contrast parameters", "classes", classes, 1);
  requirePositive("contrast parameters", "gamma", gamma);
  return {
    name: "nre_c",
    options: { classes, gamma },
    fewestRows: classes + 1,
    assemble: (key, data, rows) => pairWithOthers(key, data, rows, classes + 1),
    compute: (estimate, { theta, x }) => tf.tidy(() => contrast(estimate(theta, x), gamma)),
  };
}

/** The formula on logits `[n, K + 1]`: own θ in column 0, foreign ones after it. */
function contrast(logits: Matrix, gamma: number): Scalar {
  const [n, columns] = logits.shape;
  const classes = columns - 1;
  const offset = Math.log(gamma / classes);
  const someOf = (first: number): Vector =>
    tf.softplus(tf.add(tf.logSumExp(tf.slice(logits, [0, first], [n, classes]), 1), offset)) as Vector;
  const none = tf.mean(someOf(1));
  const first = tf.sub(tf.mean(someOf(0)), tf.add(tf.mean(tf.slice(logits, [0, 0], [n, 1])), offset));
  return tf.div(tf.add(none, tf.mul(first, gamma)), 1 + gamma);
}
