/**
 * How strongly the terms of a loss pull, while training.
 *
 * @module
 */

/** A rule for the weights of a loss's terms. The first term is the loss; others aid it. */
export type Weighting = FixedWeighting | AdaptiveWeighting;

/** Weights that stay. */
export interface FixedWeighting {
  /** Stay as they are. */
  readonly rule: "fixed";
  /** The weight of every term but the first, > 0. */
  readonly weight: number;
}

/**
 * Weights that follow the gradients, with nothing to tune. With g₀ the gradient of the loss, g₁ …
 * g_K those of the terms that aid it, and ‖·‖ the Euclidean norm, the weight of term k is
 *
 * | rule | weight | source |
 * |---|---|---|
 * | `gradient_norm` | ‖g₀‖ / (K ‖g_k‖) | balanced norms, the two-term case of GradNorm's aim |
 * | `gradient_sum` | Σ‖g‖ / ‖g_k‖ for every term, the loss too | Wang et al. (2023), arXiv:2308.08468 |
 * | `gradient_spread` | std(g₀) / (K std(g_k)), over weights | inverse Dirichlet, Maddu et al. (2022) |
 * | `min_norm` | a / (1 − a), a the share of g₁ in the shortest convex mixture | MGDA, Désidéri (2012) |
 * | `loss_ratio` | loss / (K term) | no gradients; an ablation |
 */
export interface AdaptiveWeighting {
  /** Which rule. */
  readonly rule: "gradient_norm" | "gradient_sum" | "gradient_spread" | "min_norm" | "loss_ratio";
  /** Steps between two looks at the gradients, which cost extra. */
  readonly every: number;
  /** Share of the old weight in the new one, in [0, 1). */
  readonly decay: number;
  /** The least weight, > 0, and the largest. */
  readonly range: readonly [number, number];
  /**
   * Whose gradients are looked at: of all weights, or of the trunk's, those after θ has joined.
   * An embedding's gradients are the dear ones, and both terms reach it through the trunk.
   */
  readonly over: "trunk" | "all";
}

/** What a rule looks at, for one term. */
export interface TermGradient {
  /** The term. */
  readonly value: number;
  /** ‖g‖². */
  readonly squared: number;
  /** g · g₀. */
  readonly dot: number;
  /** Σ g. */
  readonly sum: number;
}

/**
 * Weighs the terms anew: the rule, its running mean, its clamps.
 *
 * @param weighting The rule.
 * @param terms What it looks at, the loss first.
 * @param size How many weights the gradients have.
 * @param before The weights so far; absent at the first look.
 * @returns One weight for every term.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reweigh } from "@likely/core";
 *
 * const loss = { value: 0.7, squared: 4, dot: 4, sum: 0 };
 * const term = { value: 1, squared: 64, dot: 0, sum: 0 };
 * const weighting = { rule: "gradient_norm", every: 10, decay: 0.9, range: [1e-3, 1e3], over: "all" } as const;
 * assertEquals(reweigh(weighting, [loss, term], 10), [1, 0.25]);
 * assertEquals(reweigh(weighting, [loss, term], 10, [1, 2.25]), [1, 0.9 * 2.25 + (1 - 0.9) * 0.25]);
 * ```
 */
export function reweigh(
  weighting: AdaptiveWeighting,
  terms: readonly TermGradient[],
  size: number,
  before?: readonly number[],
): number[] {
  const { decay, range: [low, high] } = weighting;
  return instantaneous(weighting.rule, terms, size).map((now, k) => {
    // Terms whose gradient vanished, or is not finite, say nothing: the old weight stays.
    const next = Number.isFinite(now) ? now : before?.[k] ?? 1;
    const mean = before ? decay * before[k]! + (1 - decay) * next : next;
    return Math.min(high, Math.max(low, mean));
  });
}

function instantaneous(
  rule: AdaptiveWeighting["rule"],
  terms: readonly TermGradient[],
  size: number,
): number[] {
  const [first, ...rest] = terms as [TermGradient, ...TermGradient[]];
  const norm = ({ squared }: TermGradient) => Math.sqrt(squared);
  const spread = ({ squared, sum }: TermGradient) =>
    Math.sqrt(Math.max(0, squared / size - (sum / size) ** 2));
  const ratio = (of: (term: TermGradient) => number) => [
    1,
    ...rest.map((term) => of(first) / (rest.length * of(term))),
  ];
  switch (rule) {
    case "gradient_norm":
      return ratio(norm);
    case "gradient_spread":
      return ratio(spread);
    case "loss_ratio":
      return ratio(({ value }) => value);
    case "gradient_sum": {
      const total = terms.reduce((sum, term) => sum + norm(term), 0);
      return terms.map((term) => total / norm(term));
    }
    case "min_norm":
      return [1, ...rest.map((term) => shortest(first, term))];
  }
}

/** a / (1 − a) for the a in [0, 1] that makes (1 − a) g₀ + a g shortest. */
function shortest(first: TermGradient, { squared, dot }: TermGradient): number {
  const between = first.squared + squared - 2 * dot;
  const a = Math.min(1, Math.max(0, (first.squared - dot) / between));
  return a / (1 - a);
}
