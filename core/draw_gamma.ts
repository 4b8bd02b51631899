/**
 * Gamma variates.
 *
 * @module
 */

import { exp } from "./elementary.ts";
import { requirePositive } from "./check.ts";
import { gammaVariate, logGammaVariate } from "./_gamma_variate.ts";
import type { Stream } from "./stream.ts";

/**
 * Draws from the gamma distribution with density `∝ t^(shape − 1) exp(−rate · t)`; mean
 * `shape / rate`, variance `shape / rate²`.
 *
 * Source: Marsaglia & Tsang (2000), "A simple method for generating gamma variables".
 *
 * @param random The stream.
 * @param shape The shape, > 0.
 * @param rate The rate, > 0.
 * @returns One variate, ≥ 0; tiny shapes can underflow to 0.
 * @throws {RangeError} If a parameter is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawGamma, key, stream } from "@likely/core";
 *
 * assert(drawGamma(stream(key(0)), 2, 3) > 0);
 * ```
 */
export function drawGamma(random: Stream, shape: number, rate: number = 1): number {
  requirePositive("draw a gamma", "shape", shape);
  requirePositive("draw a gamma", "rate", rate);
  if (shape < 1) return exp(logGammaVariate(random, shape)) / rate;
  return gammaVariate(random, shape) / rate;
}
