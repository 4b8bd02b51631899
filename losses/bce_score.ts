/**
 * NRE-A with exact scores: the classifier also learns the slope of the ratio.
 *
 * @module
 */

import { type Batch, type Dataset, gatherRows, type Loss, pairWithOthers } from "@likely/core";
import { type Matrix, type Scalar, tf } from "@likely/core/tensor";
import { requireNonNegative, requirePositive } from "@likely/core/check";

/** Options of {@linkcode bceScore}. */
export interface BceScoreOptions {
  /**
   * `[d]`: the size of a typical score, coordinate by coordinate, in units of standardised θ:
   * its root mean square over the simulations. See {@linkcode scoreScale}.
   */
  readonly scale: readonly number[];
  /**
   * Weight of the score term, ≥ 0.
   *
   * @default {0.3}
   */
  readonly weight?: number;
}

/**
 * Binary cross-entropy of NRE-A plus the error of the network's slope in θ, at each row's own θ:
 * `bce + weight · mean ((∂h/∂θⱼ − sⱼ) / scaleⱼ)²`, in units of standardised θ.
 *
 * The evidence p(x) does not depend on θ, so the best network's slope is the exact score,
 * `∇θ h* = ∇θ log p(x | θ) = s`: both terms have the same minimiser, whatever the weight. The
 * score says in d numbers what classification must find out from many labels.
 *
 * Needs smooth activations and a dataset with scores (`simulate(…, { score: true })`).
 *
 * Source: Brehmer et al. (2018), "Mining gold from implicit models" (CASCAL),
 * https://arxiv.org/abs/1805.12244, with the exact score in place of the joint one.
 *
 * @param options Scale and weight.
 * @returns The loss; two θ rows per x row.
 * @throws {RangeError} If a scale is not > 0 or the weight is negative.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bceScore } from "@likely/losses";
 *
 * assertEquals(bceScore({ scale: [2] }).options, { weight: 0.3, tau0: 2 });
 * ```
 */
export function bceScore(options: BceScoreOptions): Loss {
  const { scale, weight = 0.3 } = options;
  scale.forEach((value, j) => requirePositive("build the bce_score loss", `scale[${j}]`, value));
  requireNonNegative("build the bce_score loss", "weight", weight);
  return {
    name: "bce_score",
    options: { weight, ...Object.fromEntries(scale.map((value, j) => [`tau${j}`, value])) },
    assemble: (key, data, rows) => ({
      ...pairWithOthers(key, data, rows, 2),
      score: gatherRows(requireScore(data), rows),
    }),
    compute: (estimate, { theta, x, score }) =>
      tf.tidy(() => {
        const own = tf.slice(theta, [0, 0], [x.shape[0], theta.shape[1]]);
        const slope = tf.grad((at) => tf.sum(estimate(at as Matrix, x)))(own);
        const classified = tf.mean(tf.softplus(tf.mul(estimate(theta, x), [[-1, 1]])));
        const missed = tf.mean(tf.square(tf.div(tf.sub(slope, score!), [[...scale]])));
        return tf.add(classified, tf.mul(missed, weight)) as Scalar;
      }),
  };
}

function requireScore({ score }: Dataset): NonNullable<Batch["score"]> {
  if (score) return score;
  throw new TypeError(
    "Cannot assemble a minibatch of bce_score as the dataset must have scores: simulate with { score: true }",
  );
}
