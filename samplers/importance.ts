/**
 * Importance sampling with Pareto-smoothed weights.
 *
 * @module
 */

import { type Draws, type Key, type LogDensity, type Points, soundValue, split } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { countCalls } from "./_count_calls.ts";
import { weightedDraws } from "./_weighted_draws.ts";

/** What can be drawn from and has a density; every `Prior` is one. */
export interface Proposal {
  /** One name per column. */
  readonly names: readonly string[];
  /** Draws `n` rows. */
  sample(key: Key, n: number): Points;
  /** Log density in nats, `[n]`; normalised if the evidence is to mean something. */
  logDensity(theta: Points): Float64Array;
}

/** Options of {@linkcode importance}. */
export interface ImportanceOptions {
  /**
   * Rows drawn from the proposal, and rows kept.
   *
   * @default {4000}
   */
  readonly draws?: number;
}

/** What {@linkcode importance} returns: draws, and the weighted rows behind them. */
export interface ImportanceDraws extends Draws {
  /** `[n, d]`: the proposal's rows. */
  readonly theta: Points;
  /** `[n]`, in nats: their smoothed weights; the exponentials add up to 1. */
  readonly logWeights: Float64Array;
}

/**
 * Samples by weighting: rows of a proposal q get the weights `p(θ) / q(θ)`, Pareto-smoothed,
 * and are resampled to equal weights.
 *
 * Whether that can be trusted is k̂, in `info.kHat`: beyond `min(1 − 1/log₁₀ n, 0.7)` the proposal
 * misses too much of the target, and a warning says so.
 *
 * Source: Vehtari et al. (2024), https://jmlr.org/papers/v25/19-556.html
 *
 * @param key The key to consume.
 * @param target The unnormalised log density p of θ in nats.
 * @param proposal The distribution q: wider than the target.
 * @param options How many rows.
 * @returns Draws; `info` has `kHat`, the effective size `ess`, and `logEvidence`, the log of the
 * mean raw weight, with its standard error `logEvidenceError`.
 * @throws {RangeError} If an option is out of range or no row has a density above 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, numericDensity } from "@likely/core";
 * import { importance } from "@likely/samplers";
 *
 * const target = numericDensity("normal", 1, ([t]) => -0.5 * (t! - 1) ** 2);
 * const draws = importance(key(0), target, independent({ t: normal(0, 2) }));
 * assert(Number(draws.info.kHat) < 0.5);
 * // ∫ exp(−(t − 1)²/2) dt = √(2π)
 * assert(Math.abs(Number(draws.info.logEvidence) - 0.9189) < 0.1);
 * ```
 */
export function importance(
  key: Key,
  target: LogDensity,
  proposal: Proposal,
  options: ImportanceOptions = {},
): ImportanceDraws {
  const { draws = 4000 } = options;
  requireInteger("sample by importance", "draws", draws, 25);
  const began = performance.now();
  const [forRows, forChoice] = split(key, 2);
  const theta = proposal.sample(forRows, draws);
  const drawn = proposal.logDensity(theta);
  const counted = countCalls(target);
  const { value } = counted.evaluate(theta, { gradient: false });
  const raw = value.map((v, i) => soundValue(v - drawn[i]!));
  return weightedDraws(forChoice, { names: proposal.names, theta, raw }, {
    draws,
    target: counted,
    evaluations: counted.calls(),
    began,
  });
}
