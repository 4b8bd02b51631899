/**
 * Cholesky factors of small matrices, and the triangular systems they solve. Not part of
 * `@likely/core` itself: import `@likely/core/cholesky`.
 *
 * @module
 */

import { requireNonNegative } from "./check.ts";

/** Options of {@linkcode cholesky}. */
export interface CholeskyOptions {
  /**
   * What a pivot is raised to at least, as a share of its diagonal entry: rounding may push
   * the pivots of a matrix made from data below zero. 0 raises none and refuses such matrices.
   *
   * @default {0}
   */
  readonly floor?: number;
  /**
   * What the factor is for, in the words of an error.
   *
   * @default {"factor a matrix"}
   */
  readonly action?: string;
  /**
   * What the matrix is, in the words of an error.
   *
   * @default {"the matrix"}
   */
  readonly name?: string;
}

/**
 * Factors a symmetric positive definite matrix: the lower-triangular L with L Lᵀ = A.
 *
 * @param matrix A, `[d, d]`, row-major; its lower triangle is read.
 * @param options The floor of the pivots.
 * @returns L, `[d, d]`, row-major.
 * @throws {TypeError} If the length is no square.
 * @throws {RangeError} If a pivot is not above working precision and there is no floor, or the
 * floor is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cholesky } from "@likely/core/cholesky";
 *
 * assertEquals(cholesky(new Float64Array([4, 2, 2, 5])), new Float64Array([2, 0, 1, 2]));
 * ```
 */
export function cholesky(matrix: Float64Array, options: CholeskyOptions = {}): Float64Array {
  const { floor = 0, action = "factor a matrix", name = "the matrix" } = options;
  requireNonNegative(action, "floor", floor);
  const d = Math.sqrt(matrix.length);
  if (!Number.isInteger(d)) {
    throw new TypeError(`Cannot ${action} as ${name} must be square: current length is ${matrix.length}`);
  }
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * d + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * d + k]! * factor[j * d + k]!;
      if (i > j) factor[i * d + j] = rest / factor[j * d + j]!;
      else if (floor > 0) factor[i * d + i] = Math.sqrt(Math.max(rest, floor * matrix[i * d + i]!));
      else factor[i * d + i] = Math.sqrt(checkedPivot(rest, d * Number.EPSILON * matrix[i * d + i]!, i));
    }
  }
  return factor;

  function checkedPivot(pivot: number, least: number, i: number): number {
    if (pivot > least && pivot < Infinity) return pivot;
    throw new RangeError(
      `Cannot ${action} as ${name} must be positive definite: pivot ${i} of its Cholesky factor is ${pivot}`,
    );
  }
}

/**
 * Solves L y = x in place.
 *
 * @param factor L, `[d, d]`, lower triangular.
 * @param x `[d]`; becomes y.
 */
export function solveLower(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
    let rest = x[i]!;
    for (let k = 0; k < i; k++) rest -= factor[i * d + k]! * x[k]!;
    x[i] = rest / factor[i * d + i]!;
  }
}

/**
 * Solves Lᵀ y = x in place.
 *
 * @param factor L, `[d, d]`, lower triangular.
 * @param x `[d]`; becomes y.
 */
export function solveUpper(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = d - 1; i >= 0; i--) {
    let rest = x[i]!;
    for (let k = i + 1; k < d; k++) rest -= factor[k * d + i]! * x[k]!;
    x[i] = rest / factor[i * d + i]!;
  }
}

/**
 * Replaces x by L x.
 *
 * @param factor L, `[d, d]`, lower triangular.
 * @param x `[d]`; becomes the product.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { multiplyLower, solveLower } from "@likely/core/cholesky";
 *
 * const factor = new Float64Array([2, 0, 1, 2]);
 * const x = new Float64Array([1, 1]);
 * multiplyLower(factor, x);
 * assertEquals(x, new Float64Array([2, 3]));
 * solveLower(factor, x);
 * assertEquals(x, new Float64Array([1, 1]));
 * ```
 */
export function multiplyLower(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = d - 1; i >= 0; i--) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += factor[i * d + k]! * x[k]!;
    x[i] = sum;
  }
}
