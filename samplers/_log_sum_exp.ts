import { exp, log } from "@likely/core/elementary";
/** `log Σ exp(values)`; −∞ for none. */
export function logSumExp(values: Float64Array): number {
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(high)) return high;
  return high + log(values.reduce((sum, v) => sum + exp(v - high), 0));
}

/** The effective sample size of log weights, `(Σ w)² / Σ w²`; 0 where no weight is > 0. */
export function effectiveSize(logWeights: Float64Array): number {
  const size = exp(2 * logSumExp(logWeights) - logSumExp(logWeights.map((w) => 2 * w)));
  return Number.isNaN(size) ? 0 : size;
}
