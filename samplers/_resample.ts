import { exp } from "@likely/core/elementary";
import { drawPermutation, type Key, split, stream } from "@likely/core";
import { logSumExp } from "./_log_sum_exp.ts";

/** Systematic resampling: `n` row indices, each about `n · weight` times, in order. */
export function resample(key: Key, logWeights: Float64Array, n: number): Uint32Array {
  const total = logSumExp(logWeights);
  const out = new Uint32Array(n);
  const offset = stream(key).uniform();
  let sum = exp(logWeights[0]! - total);
  let at = 0;
  for (let i = 0; i < n; i++) {
    // Rounding may leave the sum of all weights a little below 1.
    while (sum * n <= i + offset && at < logWeights.length - 1) sum += exp(logWeights[++at]! - total);
    out[i] = at;
  }
  return out;
}

/** The same in no order: who reads rows as a chain, to judge them, is not misled by how they were proposed. */
export function resampleShuffled(key: Key, logWeights: Float64Array, n: number): Uint32Array {
  const [forRows, forOrder] = split(key, 2);
  const rows = resample(forRows, logWeights, n);
  return drawPermutation(stream(forOrder), n).map((i) => rows[i]!);
}
