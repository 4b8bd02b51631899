/**
 * Standardisation of θ and x: part of the artifact, known to nobody else.
 *
 * @module
 */

import type { Points } from "./points.ts";

/**
 * Standardisation of one side: column j of a value v becomes `u = (c(v) − mean_j) / std_j`,
 * where `c(v)` is v itself, or `log(v − a)` where `log_j` names the lower end a.
 */
export interface Standardisation {
  /** `[dim]`: means of `c(v)`. */
  readonly mean: readonly number[];
  /** `[dim]`: standard deviations of `c(v)`, each > 0; 1 for a column that never varies. */
  readonly std: readonly number[];
  /** `[dim]`: the lower end of a column seen on the log scale, `null` for the others. */
  readonly log?: readonly (number | null)[];
}

/** Standardisation of both sides. */
export interface Scaling {
  /** Of θ. */
  readonly theta: Standardisation;
  /** Of x. */
  readonly x: Standardisation;
}

/** Options of {@linkcode standardisation}. */
export interface StandardisationOptions {
  /**
   * `[dim]`: columns to see on the log scale, by their lower end.
   *
   * @default {undefined} None.
   */
  readonly log?: readonly (number | null)[];
}

/**
 * Measures column means and standard deviations (n − 1), in two passes.
 *
 * @param source `[n, dim]`, n ≥ 1; above the lower end in columns on the log scale.
 * @param options Which columns are seen on the log scale.
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
export function standardisation(source: Points, options: StandardisationOptions = {}): Standardisation {
  const { log } = options;
  const { data, n, dim } = source;
  const mean = new Array<number>(dim).fill(0);
  const std = new Array<number>(dim).fill(0);
  const coordinates = data.map((value, k) => coordinate(log?.[k % dim], value));
  coordinates.forEach((value, k) => mean[k % dim]! += value / n);
  coordinates.forEach((value, k) => std[k % dim]! += (value - mean[k % dim]!) ** 2);
  // A column that varies only by rounding is constant: dividing by its "deviation" would
  // turn rounding into signal.
  return {
    mean,
    std: std.map((sum, j) => {
      const s = Math.sqrt(sum / Math.max(1, n - 1));
      return s > 1e-12 * Math.max(1, Math.abs(mean[j]!)) ? s : 1;
    }),
    ...(log?.some((low) => low !== null) && { log }),
  };
}

/**
 * Standardises one number.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param value The number.
 * @returns It in standard units; NaN or −∞ below the lower end of a column on the log scale.
 */
export function standardValue(by: Standardisation, j: number, value: number): number {
  return (coordinate(by.log?.[j], value) - by.mean[j]!) / by.std[j]!;
}

/**
 * The derivative du/dv of {@linkcode standardValue}: gradients with respect to u are
 * multiplied by it to become gradients with respect to v, scores with respect to v divided.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param value The number, in raw units.
 * @returns The slope.
 */
export function standardSlope(by: Standardisation, j: number, value: number): number {
  const low = by.log?.[j] ?? null;
  return 1 / (by.std[j]! * (low === null ? 1 : value - low));
}

/**
 * Standardises rows into float32, the precision of every engine.
 *
 * @param source `[n, dim]`.
 * @param by The standardisation of that side.
 * @returns `[n · dim]`.
 */
export function standardise(source: Points, by: Standardisation): Float32Array {
  const { data, dim } = source;
  const out = new Float32Array(data.length);
  for (let j = 0; j < dim; j++) {
    for (let k = j; k < data.length; k += dim) out[k] = standardValue(by, j, data[k]!);
  }
  return out;
}

function coordinate(low: number | null | undefined, value: number): number {
  return typeof low === "number" ? Math.log(value - low) : value;
}
