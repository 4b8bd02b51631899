/**
 * Confidence regions by likelihood ratio.
 *
 * @module
 */

import { requireFraction, requireInteger, requireLength } from "@likely/core/check";
import { binomialInterval } from "./_binomial_interval.ts";
import { chiSquareTail } from "./_gamma_tail.ts";
import { highest, widthOf } from "./_surfaces.ts";
import type { Surface } from "./surface.ts";

/** Options of {@linkcode likelihoodRegion}. */
export interface LikelihoodRegionOptions {
  /**
   * The share of data for which the region is to hold the truth, in (0, 1).
   *
   * @default {0.95}
   */
  readonly confidence?: number;
  /**
   * The highest log-likelihood, polished.
   *
   * @default {undefined} The highest of the cells.
   */
  readonly maximum?: number;
}

/** All parameters whose likelihood is high enough. */
export interface LikelihoodRegion {
  /** The least log-likelihood inside, in nats. */
  readonly threshold: number;
  /** `[m]`: whether each cell is inside. */
  readonly inside: readonly boolean[];
  /** Length, area or volume: cells inside times the size of one. */
  readonly area: number;
  /** Tells whether a parameter of this log-likelihood is inside. */
  holds(value: number): boolean;
}

/**
 * Finds the parameters whose likelihood ratio to the best is not significant:
 * `2 (max l − l) ≤ χ²_d(confidence)`, which is 5.99 for two parameters at 95 %.
 *
 * Source: Wilks (1938), "The large-sample distribution of the likelihood ratio for testing composite
 * hypotheses"; the coverage is nominal with much data only.
 *
 * @param surface The surface of d parameters.
 * @param options Confidence, and the maximum where it is known better.
 * @returns The region.
 * @throws {RangeError} If the confidence is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { likelihoodRegion, likelihoodSurface } from "@likely/diagnostics";
 *
 * // A standard normal: ± 1.96.
 * const axes = [{ name: "mu", low: -4, high: 4, cells: 1000 }];
 * const surface = likelihoodSurface(axes, (theta) => theta.data.map((mu) => -mu * mu / 2));
 * assertAlmostEquals(likelihoodRegion(surface).area, 2 * 1.96, 0.01);
 * ```
 */
export function likelihoodRegion(
  surface: Surface,
  options: LikelihoodRegionOptions = {},
): LikelihoodRegion {
  const { confidence = 0.95, maximum = highest(surface.values).value } = options;
  requireFraction("find a likelihood region", "confidence", confidence);
  const threshold = maximum - likelihoodRatioLimit(surface.axes.length, confidence) / 2;
  const holds = (value: number) => value >= threshold;
  const inside = Array.from(surface.values, holds);
  const cell = surface.axes.reduce((size, axis) => size * widthOf(axis), 1);
  return { threshold, inside, area: cell * inside.filter(Boolean).length, holds };
}

/**
 * The limit of twice a log-likelihood ratio: the quantile of the χ² distribution.
 *
 * @param degrees Number of parameters, ≥ 1.
 * @param confidence In (0, 1).
 * @returns The x with P(χ² ≤ x) = confidence, to about 10⁻¹².
 * @throws {RangeError} If an argument is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { likelihoodRatioLimit } from "@likely/diagnostics";
 *
 * assertAlmostEquals(likelihoodRatioLimit(2, 0.95), -2 * Math.log(0.05), 1e-10);
 * ```
 */
export function likelihoodRatioLimit(degrees: number, confidence: number): number {
  requireInteger("find a quantile", "degrees", degrees, 1);
  requireFraction("find a quantile", "confidence", confidence);
  let [low, high] = [0, 1];
  while (chiSquareTail(high, degrees) > 1 - confidence) high *= 2;
  // Each turn halves the gap; after 60 it is rounding.
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, degrees) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How often regions held the truth. */
export interface RegionCoverage {
  /** Regions that did. */
  readonly held: number;
  /** Regions in all. */
  readonly n: number;
  /** Their ratio. */
  readonly rate: number;
  /** The rates that 95 % of all trials of n would give if the truth were in as often as promised. */
  readonly expected: { readonly low: number; readonly high: number };
}

/** What {@linkcode regionCoverage} is told. */
export interface RegionCoverageOptions {
  /** Number of parameters. */
  readonly degrees: number;
  /**
   * As of {@linkcode likelihoodRegion}.
   *
   * @default {0.95}
   */
  readonly confidence?: number;
}

/**
 * Counts the data sets whose region holds the parameters that they were simulated with. No grid is
 * needed: only the log-likelihood at the truth and its maximum.
 *
 * A surrogate is to be compared with the exact likelihood's coverage at the same data: neither has
 * to be the nominal one.
 *
 * @param atTruth `[n]`: log-likelihood of each data set at its own parameters, in nats.
 * @param maxima `[n]`: the highest log-likelihood of each.
 * @param options Number of parameters and confidence.
 * @returns How many held.
 * @throws {TypeError} If lengths differ.
 * @throws {RangeError} If there is no data set or an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { regionCoverage } from "@likely/diagnostics";
 *
 * const { held, n } = regionCoverage(new Float64Array([-1, -9]), new Float64Array([0, 0]), { degrees: 2 });
 * assertEquals([held, n], [1, 2]);
 * ```
 */
export function regionCoverage(
  atTruth: Float64Array,
  maxima: Float64Array,
  options: RegionCoverageOptions,
): RegionCoverage {
  const { degrees, confidence = 0.95 } = options;
  const n = atTruth.length;
  requireInteger("measure coverage", "the number of data sets", n, 1);
  requireLength("measure coverage", "maxima", maxima.length, n);
  const limit = likelihoodRatioLimit(degrees, confidence);
  const held = atTruth.reduce((count, value, i) => count + Number(2 * (maxima[i]! - value) <= limit), 0);
  const { low, high } = binomialInterval(n, confidence, 0.95);
  return { held, n, rate: held / n, expected: { low: low / n, high: high / n } };
}
