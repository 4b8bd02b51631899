// Quadratic forms and traces under a Cholesky factor, by rows of memory.

/**
 * Solves Lᵀ y = x in place for the first `last + 1` rows and columns of L.
 *
 * @param factor L, `[d, d]`, lower triangular.
 * @param x `[d]`; its first `last + 1` numbers become y.
 * @param last The last row that counts.
 */
export function backSolve(factor: Float64Array, x: Float64Array, last: number): void {
  const d = x.length;
  for (let i = last; i >= 0; i--) {
    const start = i * d;
    const y = x[i]! / factor[start + i]!;
    x[i] = y;
    for (let j = 0; j < i; j++) x[j]! -= y * factor[start + j]!;
  }
}

/** `xᵀ A x` of the first `count` numbers, A `[d, d]` symmetric by its lower triangle. */
export function quadratic(matrix: Float64Array, x: Float64Array, count: number): number {
  const d = x.length;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const start = i * d;
    // Two sums, as each waits for its own last addition only.
    let [even, odd] = [0, 0];
    let j = 0;
    for (; j + 1 < i; j += 2) {
      even += matrix[start + j]! * x[j]!;
      odd += matrix[start + j + 1]! * x[j + 1]!;
    }
    if (j < i) even += matrix[start + j]! * x[j]!;
    sum += x[i]! * (2 * (even + odd) + matrix[start + i]! * x[i]!);
  }
  return sum;
}

/**
 * `tr (L Lᵀ)⁻¹ A` and `tr (L Lᵀ)⁻¹`: the sums of `m A mᵀ` and `m mᵀ` over the rows m of L⁻¹, none of
 * which is kept.
 */
export function solvedTraces(
  factor: Float64Array,
  matrix: Float64Array,
  d: number,
): { readonly slope: number; readonly identity: number } {
  const m = new Float64Array(d);
  let [slope, identity] = [0, 0];
  for (let k = 0; k < d; k++) {
    m.fill(0);
    m[k] = 1;
    backSolve(factor, m, k);
    slope += quadratic(matrix, m, k + 1);
    for (let i = 0; i <= k; i++) identity += m[i]! * m[i]!;
  }
  return { slope, identity };
}
