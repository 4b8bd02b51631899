// From weighted rows to draws, and what is to be known of them.

import { type Draws, gatherRows, type Key, type Points } from "@likely/core";
import { log } from "@likely/core/elementary";
import type { CountedTarget } from "./_count_calls.ts";
import { judgedWeights } from "./_judged_weights.ts";
import { effectiveSize, logSumExp } from "./_log_sum_exp.ts";
import { resampleShuffled } from "./_resample.ts";

/** Rows and their raw log weights, whose mean is the target's mass. */
export interface RawRows {
  readonly names: readonly string[];
  readonly theta: Points;
  readonly raw: Float64Array;
}

/** How many draws, and what making the rows has cost. */
export interface Drawing {
  readonly draws: number;
  readonly target: CountedTarget;
  readonly evaluations: number;
  /** By `performance.now()`. */
  readonly began: number;
}

/** Smooths the weights and resamples the rows. */
export function weightedDraws(
  key: Key,
  { names, theta, raw }: RawRows,
  { draws, target, evaluations, began }: Drawing,
): Draws & Pick<RawRows, "theta"> & { readonly logWeights: Float64Array } {
  const { logWeights, kHat, ess, warnings } = judgedWeights(raw);
  return {
    names,
    chains: 1,
    length: draws,
    values: gatherRows(theta, resampleShuffled(key, logWeights, draws)).data,
    theta,
    logWeights,
    info: {
      sampler: "importance",
      target: target.name,
      evaluations,
      kHat,
      ess,
      logEvidence: logSumExp(raw) - log(raw.length),
      // The relative variance of the mean weight.
      logEvidenceError: Math.sqrt(Math.max(0, 1 / effectiveSize(raw) - 1 / raw.length)),
      seconds: (performance.now() - began) / 1000,
    },
    warnings: [...target.warnings(), ...warnings],
  };
}
