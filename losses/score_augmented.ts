/**
 * Score-augmented estimation: any loss of ratios or likelihoods, aided by the simulator's scores.
 *
 * @module
 */

import { type AdaptiveWeighting, type Dataset, gatherRows, type Loss, type Weighting } from "@likely/core";
import { requireInteger, requireNonNegative, requirePositive } from "@likely/core/check";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Scalar, Vector } from "@likely/core/tensor";

/** Options of {@linkcode scoreAugmented}. */
export interface ScoreAugmentedOptions {
  /**
   * `[d]`: the size of a typical score, coordinate by coordinate, in units of standardised θ:
   * its root mean square over the simulations. See {@linkcode scoreScale}.
   */
  readonly scale: readonly number[];
  /**
   * How strongly the scores pull: a number > 0 for a fixed weight; or a rule, with changes to its
   * defaults: a look at the gradients every 10 steps, 0.9 of the old weight in the new one, weights
   * in [0.3, 1000], gradients of the trunk. Gradients of small minibatches of a sharp ratio are mostly
   * noise, and ask for less than 0.3 where more is better.
   *
   * @default {{ rule: "gradient_norm" }}
   */
  readonly weight?: number | (Pick<AdaptiveWeighting, "rule"> & Partial<AdaptiveWeighting>);
  /**
   * Whether every coordinate has a weight of its own.
   *
   * @default {false}
   */
  readonly perCoordinate?: boolean;
  /**
   * Share of a minibatch's rows whose scores are used, in (0, 1]. A quarter costs about a third of
   * what all cost, and keeps most of the gain.
   *
   * @default {1}
   */
  readonly fraction?: number;
  /**
   * Weight of the score term in the validation loss, ≥ 0. Labels are noisy and exact scores are
   * not: with them fewer rows set aside tell which epoch was best.
   *
   * @default {0.3}
   */
  readonly judged?: number;
}

/**
 * Aids a loss with the error of the network's slope in θ, at each row's own θ:
 * `S = (1/d) Σⱼ mean ((∂h/∂θⱼ − sⱼ) / scaleⱼ)²`, in units of standardised θ.
 *
 * The evidence p(x) does not depend on θ, so the slope of the best ratio, as of the likelihood, is the
 * score, `∇θ h* = ∇θ log p(x | θ) = s`: both terms have the same minimiser, whatever the weight. The
 * score says in d numbers what classification must find out from many labels. Joint scores (see
 * `Simulator.simulateScored`) have the score as their mean given (x, θ), which is what squared
 * error learns; this holds at the θ that made x, and therefore scores of shuffled pairs are not used.
 *
 * Needs smooth activations and a dataset with scores (`simulate(…, { score: true })`). Where the score
 * is known at any θ, `refreshed(scoreAugmented(…), refreshPairs(…))` makes more of every simulation.
 *
 * Source: the exact score beside the cross-entropy, with a weight that follows the loss gradients,
 * is the idea of Shen & Kuusela (2026); that θ-scores teach classifiers is Brehmer et al. (2018),
 * CASCAL, https://arxiv.org/abs/1805.12244. The scale, the rules and their defaults are ours.
 *
 * @param loss A loss whose network is the log ratio, `bce()`, `balancedBce()`, `nreC()`; or `nll()` of
 * a density of x.
 * @param options Scales, weights, rows.
 * @returns The loss, with the score term to aid it.
 * @throws {RangeError} If a scale is not > 0, a weight is not > 0 or `fraction` is not in (0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bce, scoreAugmented } from "@likely/losses";
 *
 * const loss = scoreAugmented(bce(), { scale: [2] });
 * assertEquals(loss.name, "bce_score");
 * assertEquals(loss.aid?.weighting.rule, "gradient_norm");
 * ```
 */
export function scoreAugmented(loss: Loss, options: ScoreAugmentedOptions): Loss {
  const { scale, weight = { rule: "gradient_norm" }, perCoordinate = false, fraction = 1, judged = 0.3 } =
    options;
  scale.forEach((value, j) => requirePositive(ACTION, `scale[${j}]`, value));
  requireShare(fraction);
  requireNonNegative(ACTION, "judged", judged);
  const weighting = weightingOf(weight);
  const scored = (n: number) => Math.ceil(fraction * n);
  return {
    ...loss,
    name: `${loss.name}_score`,
    options: { ...loss.options, ...describe(weighting), ...numbered(scale), fraction, perCoordinate, judged },
    assemble: (key, data, rows) => ({
      ...loss.assemble(key, data, rows),
      score: gatherRows(requireScore(data), rows.subarray(0, scored(rows.length))),
    }),
    aid: {
      terms: perCoordinate ? scale.map((_, j) => `score${j}`) : ["score"],
      weighting,
      judged,
      compute: (estimate, { theta, x, score }) =>
        tf.tidy(() => {
          const [n, d] = score!.shape;
          const [own, seen] = [tf.slice(theta, [0, 0], [n, d]), tf.slice(x, [0, 0], [n, x.shape[1]])];
          const slope = tf.grad((at) => tf.sum(estimate(at as Matrix, seen)))(own);
          const missed = tf.mean(tf.square(tf.div(tf.sub(slope, score!), [[...scale]])), 0) as Vector;
          return perCoordinate ? tf.unstack(missed) as Scalar[] : [tf.mean(missed) as Scalar];
        }),
    },
  };
}

const ACTION = "aid a loss with scores";

function weightingOf(weight: NonNullable<ScoreAugmentedOptions["weight"]>): Weighting {
  if (typeof weight === "number") {
    requirePositive(ACTION, "weight", weight);
    return { rule: "fixed", weight };
  }
  const weighting = { every: 10, decay: 0.9, range: [0.3, 1e3], over: "trunk", ...weight } as const;
  const { every, decay, range: [low, high] } = weighting;
  requireInteger(ACTION, "every", every, 1);
  if (!(decay >= 0 && decay < 1)) {
    throw new RangeError(`Cannot ${ACTION} as decay must be in [0, 1): current value is ${decay}`);
  }
  if (!(low > 0 && low <= high)) {
    throw new RangeError(
      `Cannot ${ACTION} as range must rise from a number > 0: current value is ${low}, ${high}`,
    );
  }
  return weighting;
}

function describe(weighting: Weighting): Loss["options"] {
  if (weighting.rule === "fixed") return { ...weighting };
  const { range: [low, high], ...rest } = weighting;
  return { ...rest, low, high };
}

function numbered(scale: readonly number[]): Loss["options"] {
  return Object.fromEntries(scale.map((value, j) => [`tau${j}`, value]));
}

function requireShare(fraction: number): void {
  if (fraction > 0 && fraction <= 1) return;
  throw new RangeError(`Cannot ${ACTION} as fraction must be in (0, 1]: current value is ${fraction}`);
}

function requireScore({ score }: Dataset): NonNullable<Dataset["score"]> {
  if (score) return score;
  throw new TypeError(
    "Cannot assemble a minibatch with scores as the dataset must have them: simulate with { score: true }",
  );
}
