/**
 * Maximum mean discrepancy.
 *
 * @module
 */

import {
  asPoints,
  drawPermutation,
  foldIn,
  type Key,
  type Points,
  row,
  type Rows,
  stream,
} from "@likely/core";
import { requireColumns, requireInteger, requireKey, requireRows } from "@likely/core/check";
import { quantile } from "./quantile.ts";
import { stacked } from "./_standard_rows.ts";

/** Options of {@linkcode mmd}. */
export interface MmdOptions {
  /**
   * Width of the Gaussian kernel, in the units of the rows.
   *
   * @default {undefined} The median distance between two rows of both samples together.
   */
  readonly bandwidth?: number | undefined;
  /**
   * Random exchanges of rows that give the p-value; 0 for none.
   *
   * @default 200
   */
  readonly permutations?: number | undefined;
}

/** What {@linkcode mmd} found. */
export interface MmdResult {
  /** The unbiased squared discrepancy: 0 on average for equal distributions, so often below. */
  readonly mmd2: number;
  /** The width that was used. */
  readonly bandwidth: number;
  /** Share of exchanges with a discrepancy at least as large, this one counted; NaN for none. */
  readonly pValue: number;
}

/**
 * Computes the unbiased squared maximum mean discrepancy of two samples under a Gaussian kernel
 * `k(u, v) = exp(−‖u − v‖² / (2 h²))`, and its p-value by permutation.
 *
 * The kernel sees all columns in the units they come in: standardise what differs in scale.
 * Takes memory and time as `(n + m)²`: a few thousand rows at most.
 *
 * Source: Gretton et al. (2012), "A kernel two-sample test", JMLR 13, eq. 3.
 *
 * @param key Exchanges the rows.
 * @param first `[n, d]`, n ≥ 2.
 * @param second `[m, d]`, m ≥ 2.
 * @param options Kernel and p-value.
 * @returns The discrepancy.
 * @throws {TypeError} If the widths differ.
 * @throws {RangeError} If there are fewer than two rows, a number is not finite, or the width is
 * not > 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, split } from "@likely/core";
 * import { mmd } from "@likely/diagnostics";
 *
 * const [forA, forB, forTest] = split(key(0), 3);
 * const a = independent({ mu: normal(0, 1) }).sample(forA, 100);
 * const b = independent({ mu: normal(1, 1) }).sample(forB, 100);
 * assert(mmd(forTest!, a, b).pValue < 0.01);
 * ```
 */
export function mmd(key: Key, first: Rows, second: Rows, options: MmdOptions = {}): MmdResult {
  requireKey("compute MMD", key);
  const [a, b] = [asPoints(first), asPoints(second)];
  requireColumns("compute MMD", "the second sample", b, a.dim);
  requireRows("compute MMD", "the first sample", a, 2);
  requireRows("compute MMD", "the second sample", b, 2);
  const { permutations = 200 } = options;
  requireInteger("compute MMD", "permutations", permutations, 0);
  const squared = squaredDistances(stacked(a, b));
  const bandwidth = options.bandwidth ?? medianDistance(squared, a.n + b.n);
  requireWidth(bandwidth);
  const kernel = squared.map((d2) => Math.exp(-d2 / (2 * bandwidth * bandwidth)));
  const total = a.n + b.n;
  const mmd2 = discrepancy(kernel, Uint32Array.from({ length: total }, (_, i) => i), a.n);
  let larger = 1;
  for (let k = 0; k < permutations; k++) {
    if (discrepancy(kernel, drawPermutation(stream(foldIn(key, k)), total), a.n) >= mmd2) larger++;
  }
  return { mmd2, bandwidth, pValue: permutations === 0 ? NaN : larger / (permutations + 1) };
}

// All pairs, `[n, n]`.
function squaredDistances(rows: Points): Float64Array {
  const { n, dim } = rows;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const u = row(rows, i);
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < dim; c++) sum += (u[c]! - rows.data[j * dim + c]!) ** 2;
      out[i * n + j] = out[j * n + i] = sum;
    }
  }
  return out;
}

function medianDistance(squared: Float64Array, n: number): number {
  const below = new Float64Array(n * (n - 1) / 2);
  for (let i = 1; i < n; i++) below.set(squared.subarray(i * n, i * n + i), i * (i - 1) / 2);
  // The median of distances, not of their squares: for an even number the two differ.
  return quantile(below.map(Math.sqrt), 0.5);
}

// Rows order[0 … n) against the rest; the diagonal is left out, which makes it unbiased.
function discrepancy(kernel: Float64Array, order: Uint32Array, n: number): number {
  const total = order.length;
  const isFirst = new Uint8Array(total);
  for (let k = 0; k < n; k++) isFirst[order[k]!] = 1;
  const sums = [0, 0, 0];
  for (let i = 1; i < total; i++) {
    // One partial sum a row and kind: which of two rows comes first does not matter.
    let [same, other] = [0, 0];
    for (let j = 0; j < i; j++) {
      if (isFirst[j] === isFirst[i]) same += kernel[i * total + j]!;
      else other += kernel[i * total + j]!;
    }
    sums[isFirst[i]!]! += same;
    sums[2]! += other;
  }
  const m = total - n;
  return 2 * sums[1]! / (n * (n - 1)) + 2 * sums[0]! / (m * (m - 1)) - 2 * sums[2]! / (n * m);
}

function requireWidth(bandwidth: number): void {
  if (Number.isFinite(bandwidth) && bandwidth > 0) return;
  throw new RangeError(
    `Cannot compute MMD as bandwidth must be a finite number > 0: current value is ${bandwidth}`,
  );
}
