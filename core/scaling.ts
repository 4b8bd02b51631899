/**
 * Standardisation of θ and x: part of the artifact, known to nobody else.
 *
 * @module
 */

import type { Points } from "./points.ts";

/** Column means and standard deviations of one side. */
export interface Standardisation {
  /** `[dim]`. */
  readonly mean: readonly number[];
  /** `[dim]`, each > 0; 1 for a column that never varies. */
  readonly std: readonly number[];
}

/** Standardisation of both sides. */
export interface Scaling {
  /** Of θ. */
  readonly theta: Standardisation;
  /** Of x. */
  readonly x: Standardisation;
}

/**
 * Measures column means and standard deviations (n − 1), in two passes.
 *
 * @param source `[n, dim]`, n ≥ 1.
 * @returns The standardisation; a constant column gets std 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, standardisation } from "@likely/core";
 *
 * assertEquals(standardisation(fromRows([[1], [3]])).mean, [2]);
 * ```
 */
export function standardisation(source: Points): Standardisation {
  const { data, n, dim } = source;
  const mean = new Array<number>(dim).fill(0);
  const std = new Array<number>(dim).fill(0);
  for (let i = 0; i < data.length; i++) mean[i % dim]! += data[i]! / n;
  for (let i = 0; i < data.length; i++) std[i % dim]! += (data[i]! - mean[i % dim]!) ** 2;
  // A column that varies only by rounding is constant: dividing by its "deviation" would
  // turn rounding into signal.
  return {
    mean,
    std: std.map((sum, j) => {
      const s = Math.sqrt(sum / Math.max(1, n - 1));
      return s > 1e-12 * Math.max(1, Math.abs(mean[j]!)) ? s : 1;
    }),
  };
}

/**
 * Standardises rows into float32, the precision of every engine.
 *
 * @param source `[n, dim]`.
 * @param by The standardisation of that side.
 * @param out Receives the values; allocated when absent.
 * @returns `[n · dim]`.
 */
export function standardise(
  source: Points,
  by: Standardisation,
  out: Float32Array = new Float32Array(source.data.length),
): Float32Array {
  const { data, dim } = source;
  for (let j = 0; j < dim; j++) {
    const mean = by.mean[j]!;
    const scale = 1 / by.std[j]!;
    for (let k = j; k < data.length; k += dim) out[k] = (data[k]! - mean) * scale;
  }
  return out;
}
