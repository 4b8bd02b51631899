// Cholesky factors of small matrices, and the triangular systems they solve.

/**
 * The lower-triangular L with L Lᵀ = A, row-major `[d · d]`; reads the lower triangle of A.
 *
 * @throws {RangeError} If A is not positive definite to working precision.
 */
export function cholesky(action: string, a: readonly (readonly number[])[]): Float64Array {
  const d = a.length;
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i]![j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * d + k]! * factor[j * d + k]!;
      if (i === j) requirePivot(action, i, rest, d * Number.EPSILON * a[i]![i]!);
      factor[i * d + j] = i === j ? Math.sqrt(rest) : rest / factor[j * d + j]!;
    }
  }
  return factor;
}

function requirePivot(action: string, i: number, pivot: number, least: number): void {
  if (pivot > least && pivot < Infinity) return;
  throw new RangeError(
    `Cannot ${action} as covariance must be positive definite: pivot ${i} of its Cholesky factor is ${pivot}`,
  );
}

/** Solves L y = x in place. */
export function solveLower(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = 0; i < d; i++) {
    let rest = x[i]!;
    for (let k = 0; k < i; k++) rest -= factor[i * d + k]! * x[k]!;
    x[i] = rest / factor[i * d + i]!;
  }
}

/** Solves Lᵀ y = x in place. */
export function solveUpper(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = d - 1; i >= 0; i--) {
    let rest = x[i]!;
    for (let k = i + 1; k < d; k++) rest -= factor[k * d + i]! * x[k]!;
    x[i] = rest / factor[i * d + i]!;
  }
}

/** Replaces x by L x. */
export function multiplyLower(factor: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let i = d - 1; i >= 0; i--) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += factor[i * d + k]! * x[k]!;
    x[i] = sum;
  }
}
