/**
 * Poisson variates.
 *
 * @module
 */

import { exp, log } from "./elementary.ts";
import { poissonLogPmf } from "./_log_pmf.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from the Poisson distribution: by inversion below mean 10, by transformed rejection
 * from there, so that the cost does not grow with the mean.
 *
 * Source: Hörmann (1993), "The transformed rejection method for generating Poisson random
 * variables", algorithm PTRS.
 *
 * @param random The stream.
 * @param mean The mean and variance, ≥ 0; mean 0 gives 0.
 * @returns A count.
 * @throws {RangeError} If `mean` is not a finite number ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawPoisson, key, stream } from "@likely/core";
 *
 * assert(Number.isInteger(drawPoisson(stream(key(0)), 3)));
 * ```
 */
export function drawPoisson(random: Stream, mean: number): number {
  if (!(mean >= 0 && mean < Infinity)) {
    throw new RangeError(
      `Cannot draw a Poisson as mean must be a finite number >= 0: current value is ${mean}`,
    );
  }
  return mean < 10 ? byInversion(random, mean) : byRejection(random, mean);
}

function byInversion(random: Stream, mean: number): number {
  let p = exp(-mean);
  let u = random.uniform();
  let k = 0;
  // A mean below 10 never reaches 128 (probability 1e-95); rounding of the sum might.
  while (u >= p && k < 128) {
    u -= p;
    p *= mean / ++k;
  }
  return k;
}

function byRejection(random: Stream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = 1 - random.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || !(us > 0) || (us < 0.013 && v > us)) continue;
    if (log(v * inverseAlpha / (a / (us * us) + b)) <= poissonLogPmf(k, mean)) return k;
  }
}
