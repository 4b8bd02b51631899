/**
 * Tests of whether ranks are uniform: what calibration comes down to.
 *
 * @module
 */

import { type EcdfProcess, ecdfProcess } from "./_ecdf_process.ts";
import { requireFraction, requireInteger } from "@likely/core/check";
import { chiSquareTail } from "./_gamma_tail.ts";

/** Ranks of truths among draws, uniform on 0, 1, …, `cells − 1` where all is well. */
export interface Ranks {
  /** `[n]`. */
  readonly values: Uint32Array;
  /** Number of possible ranks: one more than there are draws. */
  readonly cells: number;
}

/** Options of {@linkcode ecdfBand}. */
export interface EcdfBandOptions {
  /**
   * Probability that the whole curve of uniform ranks is inside.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
  /**
   * Most points at which the curve is judged; of more possible ranks, evenly spaced ones are
   * taken.
   *
   * @default 100
   */
  readonly points?: number | undefined;
}

/** A simultaneous band for an empirical distribution function. */
export interface EcdfBand {
  /** `[k]`: shares of all possible ranks, rising, in (0, 1). */
  readonly z: Float64Array;
  /** `[k]`: least share of ranks below each. */
  readonly low: Float64Array;
  /** `[k]`: largest share of ranks below each. */
  readonly high: Float64Array;
  /** Pointwise tail probability that gives the band. */
  readonly gamma: number;
}

/**
 * Computes the band that holds the whole empirical distribution function of `n` uniform ranks
 * with a given probability: at each point the central binomial interval, all at one level γ,
 * chosen so that all hold at once. Exact, without simulation.
 *
 * Source: Säilynoja, Bürkner & Vehtari (2022), "Graphical test for discrete uniformity",
 * https://doi.org/10.1007/s11222-022-10090-6, sec. 2.2; the probability by Poissonisation.
 *
 * @param n How many ranks, ≥ 1.
 * @param cells How many ranks are possible, ≥ 2.
 * @param options Confidence, and where the curve is judged.
 * @returns The band.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ecdfBand } from "@likely/diagnostics";
 *
 * const { z, low, high } = ecdfBand(200, 100);
 * assert(z.every((share, i) => low[i]! < share && share < high[i]!));
 * ```
 */
export function ecdfBand(n: number, cells: number, options: EcdfBandOptions = {}): EcdfBand {
  const { confidence = 0.95, points = 100 } = options;
  requireInteger("compute a band", "n", n, 1);
  requireFraction("compute a band", "confidence", confidence);
  const z = grid(cells, points).map((cell) => cell / cells);
  const process = ecdfProcess(n, z);
  const gamma = levelOf(process, confidence);
  const { low, high } = process.bounds(gamma);
  return { z, low: Float64Array.from(low, (k) => k / n), high: Float64Array.from(high, (k) => k / n), gamma };
}

/**
 * Tests ranks for uniformity by their empirical distribution function: the p-value of its most
 * extreme point, exact over all points at once. Small where {@linkcode ecdfBand} is left.
 *
 * Source: as {@linkcode ecdfBand}.
 *
 * @param ranks At least one rank.
 * @returns The p-value.
 * @throws {RangeError} If a rank is not below `cells`, or there is none.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ecdfTest } from "@likely/diagnostics";
 *
 * const even = { values: Uint32Array.from({ length: 200 }, (_, i) => i % 100), cells: 100 };
 * const low = { ...even, values: even.values.map((rank) => Math.floor(rank / 2)) };
 * assert(ecdfTest(even) > 0.5 && ecdfTest(low) < 1e-6);
 * ```
 */
export function ecdfTest(ranks: Ranks): number {
  const { values, cells } = requireRanks(ranks);
  const at = grid(cells, 100);
  const process = ecdfProcess(values.length, at.map((cell) => cell / cells));
  const counts = countsBelow(values, at);
  const gamma = counts.reduce((least, count, i) => Math.min(least, process.tail(i, count)), 1);
  // A hair above, so that tails equal but for rounding count as equal.
  return Math.max(0, 1 - process.within(process.bounds(gamma * (1 + 1e-9), { isStrict: true })));
}

/** Options of {@linkcode chiSquareTest}. */
export interface ChiSquareTestOptions {
  /**
   * Number of bins.
   *
   * @default {undefined} 20, or fewer where a bin would expect less than five ranks.
   */
  readonly bins?: number | undefined;
}

/**
 * Tests ranks for uniformity by a chi-square test of their histogram.
 *
 * Blind to order: a slope and a scatter of the same size look alike to it.
 *
 * @param ranks At least ten ranks.
 * @param options The bins.
 * @returns The p-value.
 * @throws {RangeError} If a rank is not below `cells`, or there are too few.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chiSquareTest } from "@likely/diagnostics";
 *
 * const values = Uint32Array.from({ length: 200 }, (_, i) => i % 100);
 * assertEquals(chiSquareTest({ values, cells: 100 }), 1);
 * ```
 */
export function chiSquareTest(ranks: Ranks, options: ChiSquareTestOptions = {}): number {
  const { values, cells } = requireRanks(ranks);
  const { bins = Math.max(2, Math.min(20, cells, Math.floor(values.length / 5))) } = options;
  requireInteger("test uniformity", "the number of ranks", values.length, 10);
  requireInteger("test uniformity", "bins", bins, 2);
  requireInteger("test uniformity", "the number of possible ranks", cells, bins);
  const counts = rankHistogram(ranks, bins);
  const statistic = counts.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquareTail(statistic, bins - 1);
}

/** One bar of a {@linkcode rankHistogram}. */
export interface RankBin {
  /** The first rank in it. */
  readonly first: number;
  /** One past its last rank. */
  readonly end: number;
  /** How many ranks are in it. */
  readonly count: number;
  /** How many are expected of uniform ranks. */
  readonly expected: number;
}

/**
 * Counts ranks in bins of whole ranks, as even as can be.
 *
 * @param ranks The ranks.
 * @param bins How many bins, at most `cells`.
 * @returns The bins in order; uneven ones expect uneven counts.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rankHistogram } from "@likely/diagnostics";
 *
 * const ranks = { values: new Uint32Array([0, 1, 1, 3]), cells: 4 };
 * assertEquals(rankHistogram(ranks, 2).map(({ count }) => count), [3, 1]);
 * ```
 */
export function rankHistogram({ values, cells }: Ranks, bins: number): RankBin[] {
  const edges = Array.from({ length: bins + 1 }, (_, b) => Math.ceil(b * cells / bins));
  const counts = new Uint32Array(cells);
  for (const rank of values) counts[rank]!++;
  return edges.slice(1).map((end, b) => {
    const first = edges[b]!;
    const count = counts.subarray(first, end).reduce((sum, one) => sum + one, 0);
    return { first, end, count, expected: values.length * (end - first) / cells };
  });
}

/**
 * Tests numbers for being uniform on [0, 1]: the p-value of the Kolmogorov–Smirnov distance,
 * by its asymptotic law with Stephens' (1970) correction, good to 0.02 from ten numbers on.
 *
 * @param values `[n]`, n ≥ 1.
 * @returns The p-value.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { ksTest } from "@likely/diagnostics";
 *
 * const even = Float64Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
 * assert(ksTest(even) > 0.99 && ksTest(even.map((u) => u * u)) < 0.001);
 * ```
 */
export function ksTest(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const distance = sorted.reduce((most, u, i) => Math.max(most, u - i / n, (i + 1) / n - u), 0);
  const scaled = (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)) * distance;
  // The alternating series needs more and more terms towards 0, where the answer is 1.
  if (scaled < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * scaled) ** 2);
  return Math.min(1, Math.max(0, sum));
}

// The first ranks of up to `most` evenly spaced cells, 0 left out: nothing is below it.
function grid(cells: number, most: number): Float64Array {
  requireInteger("judge ranks", "the number of possible ranks", cells, 2);
  requireInteger("judge ranks", "points", most, 1);
  const length = Math.min(cells - 1, most);
  return Float64Array.from({ length }, (_, i) => Math.round((i + 1) * cells / (length + 1)));
}

function countsBelow(values: Uint32Array, at: Float64Array): number[] {
  const sorted = values.toSorted();
  let count = 0;
  return Array.from(at, (cell) => {
    while (count < sorted.length && sorted[count]! < cell) count++;
    return count;
  });
}

// The largest pointwise level whose intervals all hold at once with the given probability.
function levelOf(process: EcdfProcess, confidence: number): number {
  let [low, high] = [0, 1 - confidence];
  // A single point has the whole level to itself: then the upper end is the answer.
  if (process.within(process.bounds(high)) >= confidence) return high;
  for (let k = 0; k < 30; k++) {
    const middle = (low + high) / 2;
    if (process.within(process.bounds(middle)) >= confidence) low = middle;
    else high = middle;
  }
  return low;
}

function requireRanks(ranks: Ranks): Ranks {
  const { values, cells } = ranks;
  requireInteger("judge ranks", "the number of ranks", values.length, 1);
  const bad = values.find((rank) => rank >= cells);
  if (bad === undefined) return ranks;
  throw new RangeError(`Cannot judge ranks as every rank must be below ${cells}: current value is ${bad}`);
}
