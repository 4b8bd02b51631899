/**
 * Gradients of log densities by differences.
 *
 * @module
 */

import { type Points, row, zeros } from "./points.ts";

/** Options of {@linkcode numericGradient}. */
export interface NumericGradientOptions {
  /**
   * `[dim]`: how far each coordinate must move for the log density to change shape; first steps
   * are 6e-6 of it.
   *
   * @default {max(1, |θⱼ|)}
   */
  readonly scale?: ArrayLike<number> | undefined;
}

/** The step that balances truncation against rounding, as a share of the scale: ∛ε. */
const STEP = 6.055454452393343e-6; // The cube root of 2^−52.
/** The bend over a step of `STEP` scales, in nats: a density changes by about one over a scale. */
const BEND = STEP ** 2;
/** A bend that shows a step of a thousandth of the scale and more, or less than a rounding error. */
const LARGEST_BEND = 1e-6;
/** Looks at a slope: from any first step, a few reach the scale. */
const LOOKS = 8;
/** By how much a step shrinks that leaves the support. */
const STRIDE = 1e4;
/** By how much one grows that changes too little, and how often: some coordinates never matter. */
const GROWTH = 1e6;
const GROWTHS = 2;
/** Rounding errors that a bend or a change must exceed to tell anything. */
const TELLING = 1e3;

/**
 * Differentiates a log density by central differences in float64, all rows and coordinates in one
 * call. Where both neighbours show that the step was far from the density's own scale (they bend
 * away by more than a millionth of a nat, or nothing changes), it is taken again with a better
 * one: units do not matter. Beside the edge of the support, where one neighbour is −∞, the
 * difference is one-sided.
 *
 * @param evaluate The log density of rows, `[m]` in nats; NaN and ∞ count as −∞.
 * @param points `[n, dim]`: where.
 * @param value `[n]`: the log density there; where it is −∞ the gradient is 0.
 * @param options The scale of the first steps.
 * @returns `[n, dim]`, row-major.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, numericGradient, type Points } from "@likely/core";
 *
 * // A hill of width 1e-9.
 * const evaluate = ({ data }: Points) => data.map((x) => -0.5 * (x / 1e-9) ** 2);
 * const at = fromRows([[2e-9]]);
 * const [slope] = numericGradient(evaluate, at, evaluate(at));
 * assertAlmostEquals(slope! * 1e-9, -2, 1e-8);
 * ```
 */
export function numericGradient(
  evaluate: (points: Points) => ArrayLike<number>,
  points: Points,
  value: ArrayLike<number>,
  options: NumericGradientOptions = {},
): Float64Array {
  const { scale } = options;
  const { data, dim } = points;
  const slopes: Slope[] = [];
  for (let k = 0; k < data.length; k++) {
    const [x, here] = [data[k]!, value[Math.floor(k / dim)]!];
    if (Number.isFinite(here)) slopes.push(new Slope(k, { x, here, scale: scale?.[k % dim] }));
  }
  for (let open = slopes; open.length > 0; open = open.filter(({ isDone }) => !isDone)) {
    const found = evaluate(neighbours(points, open));
    open.forEach((slope, i) => slope.receive(found[2 * i]!, found[2 * i + 1]!));
  }
  const grad = new Float64Array(data.length);
  for (const { k, slope } of slopes) grad[k] = slope;
  return grad;
}

/** Each open slope's row twice, with its coordinate moved up and moved down. */
function neighbours(points: Points, open: readonly Slope[]): Points {
  const out = zeros(2 * open.length, points.dim);
  open.forEach(({ k, above, below }, i) => {
    const [from, j] = [row(points, Math.floor(k / points.dim)), k % points.dim];
    row(out, 2 * i).set(from);
    row(out, 2 * i + 1).set(from);
    out.data[2 * i * points.dim + j] = above;
    out.data[(2 * i + 1) * points.dim + j] = below;
  });
  return out;
}

/** One derivative in the making. A class: a state machine served by a shared loop. */
class Slope {
  slope = 0;
  isDone = false;
  above = 0;
  below = 0;
  #step: number;
  #looks = 0;
  /** Where nothing is known of the scale, 1 is no better a guess than another. */
  #growths: number;

  /**
   * @param k Its place in the gradient.
   * @param at The coordinate, the value there, and how far it must move to matter, if that is
   * known.
   */
  constructor(
    readonly k: number,
    readonly at: { readonly x: number; readonly here: number; readonly scale: number | undefined },
  ) {
    const size = Math.abs(at.x);
    this.#step = STEP * (at.scale ?? Math.max(1, size));
    this.#growths = at.scale === undefined && size < 1 ? GROWTHS : 0;
    this.#aim();
  }

  /** Takes the values at `above` and at `below`. */
  receive(up: number, down: number): void {
    const { x, here } = this.at;
    const [isUp, isDown] = [Number.isFinite(up), Number.isFinite(down)];
    // Off the support the point itself stands in: the difference becomes one-sided.
    const [right, atRight] = isUp ? [this.above, up] : [x, here];
    const [left, atLeft] = isDown ? [this.below, down] : [x, here];
    if (right > left) this.slope = (atRight - atLeft) / (right - left);
    const factor = this.#better(isUp && isDown ? Math.abs((up - here) + (down - here)) : NaN, { up, down });
    this.isDone = factor === 1 || ++this.#looks === LOOKS;
    if (this.isDone) return;
    this.#step *= factor;
    this.#growths = factor < 1 ? 0 : this.#growths - 1;
    // What no number can tell from x is no step.
    if (x + this.#step > x - this.#step) this.#aim();
    else this.isDone = true;
  }

  /** What the step should be multiplied by. */
  #better(bend: number, { up, down }: { readonly up: number; readonly down: number }): number {
    const { here } = this.at;
    if (Number.isNaN(bend)) return 1 / STRIDE;
    const rounding = Number.EPSILON * Math.abs(here);
    if (bend > Math.max(LARGEST_BEND, TELLING * rounding)) return Math.sqrt(Math.max(BEND, rounding) / bend);
    const change = Math.max(Math.abs(up - here), Math.abs(down - here));
    return change <= TELLING * rounding && this.#growths > 0 ? GROWTH : 1;
  }

  #aim(): void {
    this.above = this.at.x + this.#step;
    this.below = this.at.x - this.#step;
  }
}
