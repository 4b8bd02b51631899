// Central moments of a batch, merged into those of all before it.
// Source: Pébay (2008), "Formulas for robust, one-pass parallel computation of covariances and
// arbitrary-order statistical moments", Sandia report SAND2008-6212.

import type { LevelSums } from "./level_sums.ts";

/** Adds every `outputs`-th value to column c of sums, in place. */
export function mergeColumn(sums: LevelSums, c: number, values: Float64Array): void {
  const { outputs, runs, shift, mean, powers: [second, third, fourth] } = sums;
  const n = Math.ceil(values.length / outputs);
  if (n === 0) return;
  if (runs === 0) shift[c] = values[0]!;
  const zero = shift[c]!;
  let sum = 0;
  for (let i = 0; i < values.length; i += outputs) sum += values[i]! - zero;
  const middle = sum / n;
  let [s1, s2, s3, s4] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i += outputs) {
    const d = values[i]! - zero - middle;
    const square = d * d;
    s1 += d;
    s2 += square;
    s3 += square * d;
    s4 += square * square;
  }
  // The mean is rounded; what the sums say of that is put right.
  const m = s1 / n;
  const b2 = s2 - n * m * m;
  const b3 = s3 - 3 * m * s2 + 2 * n * m ** 3;
  const b4 = s4 - 4 * m * s3 + 6 * m * m * s2 - 3 * n * m ** 4;
  const [a2, a3, a4] = [second[c]!, third[c]!, fourth[c]!];
  const total = runs + n;
  const [p, q] = [runs / total, n / total];
  const apart = middle + m - mean[c]!;
  const square = apart * apart;
  fourth[c] = a4 + b4 + square * square * runs * q * (p * p - p * q + q * q) +
    6 * square * (p * p * b2 + q * q * a2) + 4 * apart * (p * b3 - q * a3);
  third[c] = a3 + b3 + square * apart * runs * q * (p - q) + 3 * apart * (p * b2 - q * a2);
  second[c] = a2 + b2 + square * runs * q;
  mean[c]! += apart * q;
}
