/** Lower Cholesky factor `[d, d]` of a symmetric positive definite matrix. */
export function cholesky(matrix: Float64Array, dim: number): Float64Array {
  const root = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * dim + j]!;
      for (let k = 0; k < j; k++) rest -= root[i * dim + k]! * root[j * dim + k]!;
      // Rounding may push a tiny pivot below zero; the floor keeps the factor usable.
      if (i === j) root[i * dim + i] = Math.sqrt(Math.max(rest, 1e-12 * matrix[i * dim + i]!));
      else root[i * dim + j] = rest / root[j * dim + j]!;
    }
  }
  return root;
}
