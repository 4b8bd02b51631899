import { type Draws, row } from "@likely/core";

/** Mean of a function of θ and its standard error, from the spread of the means of chains. */
export function estimate(
  runs: readonly Draws[],
  fn: (theta: Float64Array) => number,
): { readonly mean: number; readonly error: number; readonly chains: number } {
  const means = runs.flatMap(({ chains, length, names, values }) => {
    const rows = { data: values, n: chains * length, dim: names.length };
    return Array.from({ length: chains }, (_, c) => {
      let sum = 0;
      for (let t = 0; t < length; t++) sum += fn(row(rows, c * length + t));
      return sum / length;
    });
  });
  const chains = means.length;
  const mean = means.reduce((a, b) => a + b) / chains;
  const variance = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (chains - 1);
  return { mean, error: Math.sqrt(variance / chains), chains };
}
