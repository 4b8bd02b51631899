/**
 * Pareto smoothing of importance weights.
 *
 * @module
 */

import { exp, expm1, log, log1p } from "@likely/core/elementary";
import { soundValue } from "@likely/core";
import { logSumExp } from "./_log_sum_exp.ts";

/** What {@linkcode paretoSmooth} returns. */
export interface SmoothedWeights {
  /** `[n]`, in nats, in the order of the input; their exponentials add up to 1. */
  readonly logWeights: Float64Array;
  /**
   * Shape of the tail, k̂: below 0.5 weights have a variance; up to `min(1 − 1/log₁₀ n, 0.7)`
   * estimates can be trusted; beyond 1 not even a mean exists. ∞ where there are too few
   * weights for a tail.
   */
  readonly kHat: number;
}

// Zhang & Stephens' prior on the scale, and Vehtari et al.'s on the shape: ten weights at 0.5.
const PRIOR_SCALE = 3;
const PRIOR_WEIGHT = 10;
const SMALLEST_TAIL = 5;

/**
 * Smooths the largest `min(n/5, 3√n)` importance weights: they are replaced by the quantiles of
 * a generalised Pareto distribution fitted to them, none above the largest raw weight.
 *
 * Source: Vehtari, Simpson, Gelman, Yao & Gabry (2024), "Pareto smoothed importance sampling",
 * https://jmlr.org/papers/v25/19-556.html; the fit of Zhang & Stephens (2009),
 * https://doi.org/10.1198/tech.2009.08017
 *
 * @param logWeights `[n]`, in nats up to a constant; −∞ is a weight of 0, and so are NaN and +∞.
 * @returns Smoothed, normalised weights and the diagnostic.
 * @throws {RangeError} If no weight is above 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { paretoSmooth } from "@likely/samplers";
 *
 * // Weights u^(−1/2) of a uniform u have a tail of shape 1/2.
 * const logWeights = Float64Array.from({ length: 4000 }, (_, i) => -0.5 * Math.log((i + 0.5) / 4000));
 * assertAlmostEquals(paretoSmooth(logWeights).kHat, 0.5, 0.05);
 * ```
 */
export function paretoSmooth(logWeights: Float64Array): SmoothedWeights {
  const n = logWeights.length;
  const sound = logWeights.map(soundValue);
  const high = sound.reduce((a, b) => Math.max(a, b), -Infinity);
  requireWeight(high, n);
  const out = sound.map((w) => w - high);
  const order = Uint32Array.from(out.keys()).sort((a, b) => out[a]! - out[b]!);
  const length = Math.ceil(Math.min(n / 5, 3 * Math.sqrt(n)));
  const cutoff = exp(out[order[n - length - 1] ?? 0]!);
  const tail = order.subarray(Math.max(n - length, 0)).filter((i) => exp(out[i]!) > cutoff);
  if (tail.length < SMALLEST_TAIL) return { logWeights: normalised(out), kHat: Infinity };
  const { shape, scale } = fitPareto(Float64Array.from(tail, (i) => exp(out[i]!) - cutoff));
  // Excesses that differ by more than a number can hold have no fit.
  if (Number.isNaN(shape)) return { logWeights: normalised(out), kHat: Infinity };
  tail.forEach((i, rank) => {
    const p = (rank + 0.5) / tail.length;
    const excess = shape === 0 ? -scale * log1p(-p) : scale * expm1(-shape * log1p(-p)) / shape;
    out[i] = Math.min(log(cutoff + excess), 0);
  });
  return { logWeights: normalised(out), kHat: shape };
}

function requireWeight(high: number, n: number): void {
  if (high > -Infinity) return;
  throw new RangeError(`Cannot smooth weights as one must be above 0: current value is 0 of ${n}`);
}

function normalised(logWeights: Float64Array): Float64Array {
  const total = logSumExp(logWeights);
  return logWeights.map((w) => w - total);
}

/** Fits a generalised Pareto distribution to sorted positive numbers: a posterior mean. */
function fitPareto(x: Float64Array): { readonly shape: number; readonly scale: number } {
  const n = x.length;
  const count = 30 + Math.floor(Math.sqrt(n));
  const quartile = x[Math.floor(n / 4 + 0.5) - 1]!;
  const candidates = Float64Array.from(
    { length: count },
    (_, i) => 1 / x[n - 1]! + (1 - Math.sqrt(count / (i + 0.5))) / (PRIOR_SCALE * quartile),
  );
  const shapeAt = (b: number) => x.reduce((sum, v) => sum + log1p(-b * v), 0) / n;
  const logProfile = candidates.map((b) => {
    const k = shapeAt(b);
    return n * (log(-b / k) - k - 1);
  });
  const total = logSumExp(logProfile);
  const b = candidates.reduce((sum, value, i) => sum + value * exp(logProfile[i]! - total), 0);
  const k = shapeAt(b);
  return { shape: (n * k + PRIOR_WEIGHT * 0.5) / (n + PRIOR_WEIGHT), scale: -k / b };
}
