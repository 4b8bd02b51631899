import type { Points } from "@likely/core";

/** `[n]`: of each row from a centre, in units of a lower triangular factor: `|L⁻¹ (z − mean)|²`. */
export function squaredDistances(
  { data, n, dim }: Points,
  mean: ArrayLike<number>,
  factor: Float64Array,
): Float64Array {
  // In one array and without a call for each row: this is most of what proposals cost.
  const scaled = new Float64Array(dim);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let j = 0; j < dim; j++) {
      let rest = data[i * dim + j]! - mean[j]!;
      for (let k = 0; k < j; k++) rest -= factor[j * dim + k]! * scaled[k]!;
      const value = rest / factor[j * dim + j]!;
      scaled[j] = value;
      square += value * value;
    }
    out[i] = square;
  }
  return out;
}
