/**
 * The pairwise likelihood of a Brown–Resnick field.
 *
 * @module
 */

import { normalCdf, type Points, row, zeros } from "@likely/core";
import { requireColumns, requirePositive } from "@likely/core/check";
import { requireGrid } from "./_field.ts";

const ACTION = "build a pairwise likelihood";

/** Options of {@linkcode brownResnickPairwise}. */
export interface BrownResnickPairwiseOptions {
  /**
   * Sites along the first axis.
   *
   * @default {25}
   */
  readonly rows?: number;
  /**
   * Sites along the second axis.
   *
   * @default {25}
   */
  readonly columns?: number;
  /**
   * Distance between neighbours.
   *
   * @default {20 / 24}
   */
  readonly spacing?: number;
  /**
   * Pairs less than this apart count.
   *
   * @default {2}
   */
  readonly cutoff?: number;
}

/** A composite log-likelihood: a sum of log densities of parts of the data that are not independent. */
export interface CompositeLikelihood {
  /** `[n]`, in nats, for `[n, d]` rows of θ and `[n, p]` of x. */
  logLikelihood(theta: Points, x: Points): Float64Array;
  /** Its gradient with respect to θ, `[n, d]`: of mean 0 at the true θ, yet **not** the score of x. */
  gradient(theta: Points, x: Points): Points;
}

/**
 * Builds the pairwise log-likelihood of `brownResnick`: the sum of `log f(z₁, z₂)` over all pairs
 * of sites less than `cutoff` apart, `theta = (log λ, log ν)`.
 *
 * With `a = √(2 γ(h))`, `w = log(z₂ / z₁)`, `V = Φ(a/2 + w/a) / z₁ + Φ(a/2 − w/a) / z₂` the density of
 * a pair is `exp(−V) (V₁ V₂ − V₁₂)`, indices for derivatives.
 *
 * Its gradient is an unbiased estimating function; but since pairs are not independent it claims
 * far too much information, and a surrogate that is taught with it as if it were the score learns
 * the same overconfidence. So it is no `Simulator.score`.
 *
 * Source: Padoan, Ribatet & Sisson (2010), "Likelihood-based inference for max-stable processes".
 *
 * @param options Grid, as of the field, and cutoff.
 * @returns Composite log-likelihood and gradient; the field must have positive values.
 * @throws {RangeError} If a size or a distance is out of range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { brownResnick, brownResnickPairwise } from "@likely/simulators";
 *
 * const grid = { rows: 8, columns: 8, spacing: 1 };
 * const theta = fromRows([[Math.log(3), 0]]);
 * const x = brownResnick(grid).simulator.simulate(key(1), theta);
 * const { logLikelihood } = brownResnickPairwise({ ...grid, cutoff: 1.5 });
 * assert(logLikelihood(theta, x)[0]! > logLikelihood(fromRows([[-4, 0]]), x)[0]!);
 * ```
 */
export function brownResnickPairwise(options: BrownResnickPairwiseOptions = {}): CompositeLikelihood {
  const { rows = 25, columns = 25, spacing = 20 / 24, cutoff = 2 } = options;
  requireGrid(ACTION, { rows, columns, spacing });
  requirePositive(ACTION, "cutoff", cutoff);
  const shifts = shiftsWithin({ rows, columns, spacing }, cutoff);
  const evaluate = (theta: Points, x: Points, use: (i: number, sums: readonly number[]) => void) => {
    requireColumns("evaluate a pairwise likelihood", "theta", theta, 2);
    requireColumns("evaluate a pairwise likelihood", "x", x, rows * columns);
    for (let i = 0; i < theta.n; i++) use(i, sumPairs(row(theta, i), row(x, i), shifts, columns));
  };
  return {
    logLikelihood: (theta, x) => {
      const out = new Float64Array(theta.n);
      evaluate(theta, x, (i, [value]) => out[i] = value!);
      return out;
    },
    gradient: (theta, x) => {
      const out = zeros(theta.n, 2);
      evaluate(theta, x, (i, [, ...slopes]) => out.data.set(slopes, 2 * i));
      return out;
    },
  };
}

/** A step from a site to another, each direction once. */
interface Shift {
  readonly down: number;
  readonly across: number;
  readonly distance: number;
}

function shiftsWithin(
  { rows, columns, spacing }: { rows: number; columns: number; spacing: number },
  cutoff: number,
): Shift[] {
  const out: Shift[] = [];
  for (let down = 0; down < rows; down++) {
    for (let across = down === 0 ? 1 : 1 - columns; across < columns; across++) {
      const distance = spacing * Math.hypot(down, across);
      if (distance < cutoff) out.push({ down, across, distance });
    }
  }
  return out;
}

/** The value and its slopes along log λ and log ν. */
function sumPairs(
  theta: Float64Array,
  z: Float64Array,
  shifts: readonly Shift[],
  columns: number,
): [number, number, number] {
  const [range, smoothness] = [Math.exp(theta[0]!), Math.exp(theta[1]!)];
  const out: [number, number, number] = [0, 0, 0];
  for (const { down, across, distance } of shifts) {
    const logDistance = Math.log(distance / range);
    const a = Math.sqrt(2) * Math.exp(smoothness * logDistance / 2);
    let slope = 0;
    for (let s = 0; s + down * columns < z.length; s++) {
      const to = s % columns + across;
      if (to < 0 || to >= columns) continue;
      const pair = logPair(z[s]!, z[s + down * columns + across]!, a);
      out[0] += pair.value;
      slope += pair.slope;
    }
    out[1] -= smoothness * a / 2 * slope;
    out[2] += smoothness * a / 2 * logDistance * slope;
  }
  return out;
}

/** The log density of a pair and its derivative with respect to a. */
function logPair(z1: number, z2: number, a: number): { readonly value: number; readonly slope: number } {
  const w = Math.log(z2 / z1);
  const [u1, u2] = [a / 2 + w / a, a / 2 - w / a];
  const [p1, p2] = [normalCdf(u1), normalCdf(u2)];
  const [f1, f2] = [density(u1), density(u2)];
  const square = (z1 * z2) ** 2;
  const mixed = f1 / (a * z1 * z1 * z2); // −V₁₂
  const sum = p1 * p2 / square + mixed;
  const sumSlope = (f1 * (0.5 - w / a ** 2) * p2 + p1 * f2 * (0.5 + w / a ** 2)) / square +
    mixed * (-1 / a - a / 4 + w * w / a ** 3);
  // A pair that θ cannot explain has density 0 in float64, and no slope.
  if (sum === 0) return { value: -Infinity, slope: 0 };
  return { value: Math.log(sum) - p1 / z1 - p2 / z2, slope: sumSlope / sum - f1 / z1 };
}

function density(u: number): number {
  return Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
}
