/**
 * Binomial variates.
 *
 * @module
 */

import { exp, log, log1p } from "./elementary.ts";
import { requireInteger } from "./check.ts";
import { binomialLogPmf } from "./_log_pmf.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws the number of successes in `n` trials: by inversion where fewer than 10 are expected,
 * by transformed rejection elsewhere, so that the cost does not grow with `n`.
 *
 * Source: Hörmann (1993), "The generation of binomial random variates", algorithm BTRS.
 *
 * @param random The stream.
 * @param n Number of trials, a whole number ≥ 0.
 * @param p Probability of success, in [0, 1].
 * @returns A count in [0, n].
 * @throws {RangeError} If a parameter is out of range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawBinomial, key, stream } from "@likely/core";
 *
 * assert(drawBinomial(stream(key(0)), 10, 0.3) <= 10);
 * ```
 */
export function drawBinomial(random: Stream, n: number, p: number): number {
  requireInteger("draw a binomial", "n", n, 0);
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`Cannot draw a binomial as p must be in [0, 1]: current value is ${p}`);
  }
  if (p > 0.5) return n - drawAtMostHalf(random, n, 1 - p);
  return drawAtMostHalf(random, n, p);
}

function drawAtMostHalf(random: Stream, n: number, p: number): number {
  return n * p < 10 ? byInversion(random, n, p) : byRejection(random, n, p);
}

function byInversion(random: Stream, n: number, p: number): number {
  const odds = p / (1 - p);
  let mass = exp(n * log1p(-p));
  let u = random.uniform();
  let k = 0;
  // A mean below 10 never reaches 128 (probability 1e-95); rounding of the sum might.
  const last = Math.min(n, 128);
  while (u >= mass && k < last) {
    u -= mass;
    k++;
    mass *= odds * (n + 1 - k) / k;
  }
  return k;
}

function byRejection(random: Stream, n: number, p: number): number {
  const sd = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * sd;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * sd;
  const logMode = binomialLogPmf(Math.floor((n + 1) * p), n, p);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = 1 - random.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + n * p + 0.5);
    if (us >= 0.07 && v <= squeeze) return k;
    if (!(k >= 0 && k <= n)) continue;
    if (log(v * alpha / (a / (us * us) + b)) <= binomialLogPmf(k, n, p) - logMode) return k;
  }
}
