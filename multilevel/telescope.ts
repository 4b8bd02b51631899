/**
 * One gradient from those of a telescoped loss.
 *
 * @module
 */

import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";

/**
 * How gradients of a telescoped loss are combined:
 * - `"plain"`: as they are, an unbiased gradient of the finest level's loss;
 * - `"paper"`: minus terms rescaled, then conflicting directions projected. A heuristic, regularised towards
 *   the cheap levels: its fixed points are where the fidelities' gradients are opposed, not where the finest
 *   level's is zero, see {@linkcode combineLevels};
 * - `"weighted"`: differences by a weight ≤ 1, all levels below pulling with what is left;
 * - `"control_variate"`: cheaper levels enter as control variates with the coefficient that their losses'
 *   correlation is worth, estimated as training goes on.
 */
export type TelescopeMode = "plain" | "paper" | "weighted" | "control_variate";

/**
 * The batches of a telescoped loss, in the order that {@linkcode combineLevels} takes gradients in: level 0,
 * and of every higher level its fine and its coarse half.
 */
export interface TelescopeShape {
  /** Highest level, ≥ 1: there are 2 L + 1 batches. */
  readonly levels: number;
}

/** A way of combining, at some moment of training. */
export interface Telescope {
  /** How many batches: 2 L + 1. */
  readonly parts: number;
  /** From gradients of the batches' mean losses to the one that is descended. */
  combine(gradients: readonly Float32Array[]): Float32Array;
  /** What the loss is estimated to be, from the batches' mean losses. */
  value(losses: readonly number[]): number;
}

/** Options of {@linkcode combineLevels}. */
export interface TelescopeOptions {
  /**
   * Of differences, in [0, 1], for `"weighted"`.
   *
   * @default {1}
   */
  readonly weight?: number;
  /**
   * `[L]`: coefficients of control variates, for `"control_variate"`; of level l against l − 1.
   *
   * @default {1} each: the plain sum.
   */
  readonly beta?: readonly number[];
  /**
   * How many times as long the gradient of a coarse half may be as that of the rows one level down, which it
   * stands for; a longer one is shortened. Both have one expectation, so that it changes little until a
   * network learns pairs by heart, when minus terms have no bound. Not for `"paper"`.
   *
   * @default {Infinity}
   */
  readonly cap?: number;
  /**
   * `[L]`: shares of the coarse halves' gradients that are left, in [0, 1]. Not for `"paper"`.
   *
   * @default {1} each.
   */
  readonly kept?: readonly number[];
}

/**
 * Combines gradients of `E f⁰ + Σ_l E (f^l − f^{l−1})`, in which a is that of level 0, p_l and c_l those of
 * the fine and the coarse half of level l:
 *
 * - plain `a + Σ (p_l − c_l)`; weighted `a + w Σ (p_l − c_l)`, which at w < 1 descends
 *   `(1 − w) E f⁰ + w E f^L`;
 * - control variates, from the lowest up: `g_0 = a`, `g_l = p_l + β_l (g_{l−1} − c_l)`, whatever β an
 *   unbiased gradient of `E f^L`;
 * - paper: with `m_l = −c_l ‖p_l‖ / (‖c_l‖ + 10⁻⁸)` and `g = Σ (p_l + m_l)`; where `a · g < 0`,
 *   `g − (a · g / ‖a‖²) a` and `a − (a · g / ‖g‖²) g` take the place of g and a; their sum.
 *
 * Source: Hikida et al. (2025), https://arxiv.org/abs/2506.06087, algorithm 1, for `"paper"`; the projection is
 * that of Yu et al. (2020), https://arxiv.org/abs/2001.06782.
 *
 * @param mode How.
 * @param shape Levels.
 * @param options Weights.
 * @returns The way of combining; gradients are written over.
 * @throws {RangeError} If there is no level above the lowest, or a weight is not in [0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { combineLevels } from "@likely/multilevel";
 *
 * const { combine } = combineLevels("plain", { levels: 1 });
 * const [a, p, c] = [[1, 0], [0, 3], [1, 1]].map((g) => Float32Array.from(g));
 * assertEquals([...combine([a!, p!, c!])], [0, 2]);
 * ```
 */
export function combineLevels(
  mode: TelescopeMode,
  { levels }: TelescopeShape,
  options: TelescopeOptions = {},
): Telescope {
  const { weight = 1, beta = new Array<number>(levels).fill(1), cap = Infinity, kept } = options;
  requireInteger("telescope a loss", "levels", levels, 1);
  if (weight !== 0 && weight !== 1) requireFraction("telescope a loss", "weight", weight);
  if (cap !== Infinity) requirePositive("telescope a loss", "cap", cap);
  const parts = 2 * levels + 1;
  if (mode === "paper") {
    return {
      parts,
      combine: adjusted,
      value: (losses) => dot(coefficients(levels, plainOnes(levels)), losses),
    };
  }
  const by = mode === "control_variate" ? beta : plainOnes(levels);
  const terms = coefficients(levels, by);
  if (mode === "weighted") terms.forEach((term, k) => terms[k] = k === 0 ? term : weight * term);
  return {
    parts,
    combine: (gradients) => weighted(gradients, capped(gradients, left(terms, kept), cap)),
    value: (losses) => dot(terms, losses),
  };
}

function plainOnes(levels: number): number[] {
  return new Array<number>(levels).fill(1);
}

/** Of a, p_1, c_1, p_2, …: what unrolling the recursion gives. */
function coefficients(levels: number, beta: readonly number[]): number[] {
  const out = new Array<number>(2 * levels + 1).fill(0);
  let factor = 1;
  for (let l = levels; l >= 1; l--) {
    out[2 * l - 1] = factor;
    factor *= beta[l - 1]!;
    out[2 * l] = -factor;
  }
  out[0] = factor;
  return out;
}

function left(terms: readonly number[], kept: readonly number[] | undefined): readonly number[] {
  return kept ? terms.map((term, k) => k > 0 && k % 2 === 0 ? kept[k / 2 - 1]! * term : term) : terms;
}

/** Coefficients by which no coarse half outweighs what it stands for. */
function capped(
  gradients: readonly Float32Array[],
  terms: readonly number[],
  cap: number,
): readonly number[] {
  if (cap === Infinity) return terms;
  return terms.map((term, k) => {
    if (k === 0 || k % 2 === 1) return term;
    const below = gradients[k === 2 ? 0 : k - 3]!;
    const most = cap * norm(below) / norm(gradients[k]!);
    return most < 1 ? most * term : term;
  });
}

function weighted(gradients: readonly Float32Array[], terms: readonly number[]): Float32Array {
  const out = gradients[0]!;
  const { length } = out;
  // Piece by piece, so that all levels' pieces are near, and a compiler sees this loop run.
  for (let from = 0; from < length; from += PIECE) {
    const to = Math.min(length, from + PIECE);
    if (terms[0] !== 1) scale(out, terms[0]!, from, to);
    for (let k = 1; k < terms.length; k += 2) {
      if (terms[k] === 0 && terms[k + 1] === 0) continue;
      addPair(out, [gradients[k]!, gradients[k + 1]!], [terms[k]!, terms[k + 1]!], from, to);
    }
  }
  return out;
}

const PIECE = 2048;

function scale(out: Float32Array, by: number, from: number, to: number): void {
  for (let i = from; i < to; i++) out[i] = by * out[i]!;
}

function addPair(
  out: Float32Array,
  [fine, coarse]: readonly [Float32Array, Float32Array],
  [ofFine, ofCoarse]: readonly [number, number],
  from: number,
  to: number,
): void {
  // A loss that is nowhere finite has no gradient: what is not taken must not be looked at.
  if (ofCoarse === 0) { for (let i = from; i < to; i++) out[i] = out[i]! + ofFine * fine[i]!; }
  else for (let i = from; i < to; i++) out[i] = out[i]! + ofFine * fine[i]! + ofCoarse * coarse[i]!;
}

/** Algorithm 1. */
function adjusted([a, ...pairs]: readonly Float32Array[]): Float32Array {
  const g = new Float64Array(a!.length);
  for (let l = 0; l < pairs.length; l += 2) {
    const [p, c] = [pairs[l]!, pairs[l + 1]!];
    const scale = norm(p) / (norm(c) + 1e-8);
    for (let i = 0; i < g.length; i++) g[i]! += p[i]! - scale * c[i]!;
  }
  const [product, aa, gg] = [dot(a!, g), dot(a!, a!), dot(g, g)];
  const [ofA, ofG] = product < 0 ? [product / aa, product / gg] : [0, 0];
  // Both by the original a and g.
  for (let i = 0; i < g.length; i++) {
    const [own, other] = [a![i]!, g[i]!];
    a![i] = own - ofG * other + other - ofA * own;
  }
  return a!;
}

function norm(v: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = v.length - v.length % 4;
  // Four sums: one would wait for itself.
  for (let i = 0; i < whole; i += 4) {
    a += v[i]! ** 2;
    b += v[i + 1]! ** 2;
    c += v[i + 2]! ** 2;
    d += v[i + 3]! ** 2;
  }
  for (let i = whole; i < v.length; i++) a += v[i]! ** 2;
  return Math.sqrt(a + b + c + d);
}

function dot(v: ArrayLike<number>, w: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * w[i]!;
  return sum;
}
