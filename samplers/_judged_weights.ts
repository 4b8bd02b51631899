// Weights of rows, smoothed, and what speaks against them.

import { log } from "@likely/core/elementary";
import { effectiveSize } from "./_log_sum_exp.ts";
import { paretoSmooth, type SmoothedWeights } from "./pareto_smooth.ts";

/** Smoothed weights, and a sentence where they cannot be trusted. */
export interface JudgedWeights extends SmoothedWeights {
  /** Effective rows. */
  readonly ess: number;
  readonly warnings: readonly string[];
}

/** Smooths raw log weights; at least one must be above −∞. */
export function judgedWeights(raw: Float64Array): JudgedWeights {
  if (!raw.some((w) => w > -Infinity)) {
    throw new RangeError(
      `Cannot sample by importance as a row must have a density above 0: current value is 0 of ${raw.length}`,
    );
  }
  const { logWeights, kHat } = paretoSmooth(raw);
  return { logWeights, kHat, ess: effectiveSize(logWeights), warnings: shapeWarnings(raw, kHat) };
}

function shapeWarnings(raw: Float64Array, kHat: number): string[] {
  const limit = Math.min(1 - Math.LN10 / log(raw.length), 0.7);
  // Where most weights are the largest there is no tail to have a shape, and none is needed.
  if (kHat <= limit || 2 * effectiveSize(raw) > raw.length && kHat === Infinity) return [];
  return [
    `The Pareto shape of the weights is ${kHat.toFixed(2)}, above ${limit.toFixed(2)}: ` +
    `the proposal misses too much of the target; take a wider one or another sampler`,
  ];
}
