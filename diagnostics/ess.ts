/**
 * Effective sample sizes: how many independent draws the chains are worth.
 *
 * All agree with ArviZ 0.23; NaN for fewer than four draws a chain and where a draw is not
 * finite, and the number of draws for a constant. Draws that were resampled by weights are worth at most
 * the effective size of these, `info.ess`.
 *
 * Source: Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221, with Geyer's (1992)
 * initial monotone sequence to cut the autocorrelations off.
 *
 * @module
 */

import { log } from "@likely/core/elementary";
import { type Draws, mean } from "@likely/core";
import { autocovariance } from "./_autocovariance.ts";
import {
  type Chains,
  eachColumn,
  isConstant,
  isJudgeable,
  mapChains,
  pool,
  splitChains,
  variance,
} from "./_chains.ts";
import { rankNormal } from "./_rank_normal.ts";
import { quantile } from "./quantile.ts";

/**
 * Computes the effective sample size of the bulk: of the rank-normalised draws.
 *
 * @param draws At least four draws in each chain.
 * @returns `[d]`.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { essBulk } from "@likely/diagnostics";
 *
 * // A slow wave: a thousand draws, worth very few.
 * const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i / 50));
 * const info = { sampler: "none", evaluations: 0 };
 * const [value] = essBulk({ names: ["mu"], chains: 1, length: 1000, values, info, warnings: [] });
 * assert(value! < 100);
 * ```
 */
export function essBulk(draws: Draws): Float64Array {
  return worth(draws, (chains) => essThrough(chains, rankNormal));
}

/**
 * Computes the effective sample size of the tails: the smaller of those of the 5 % and the
 * 95 % quantile.
 *
 * @param draws At least four draws in each chain.
 * @returns `[d]`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { essTail } from "@likely/diagnostics";
 *
 * const info = { sampler: "none", evaluations: 0 };
 * const draws = { names: ["mu"], chains: 1, length: 9, values: new Float64Array(9), info, warnings: [] };
 * assertEquals(essTail(draws), new Float64Array([8]));
 * ```
 */
export function essTail(draws: Draws): Float64Array {
  return worth(draws, (chains) => Math.min(essQuantile(chains, 0.05), essQuantile(chains, 0.95)));
}

/**
 * Computes the effective sample size of the mean: of the draws as they are.
 *
 * @param draws At least four draws in each chain.
 * @returns `[d]`.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { essMean } from "@likely/diagnostics";
 *
 * // Draws that alternate around their mean are worth more than independent ones.
 * const values = Float64Array.from({ length: 100 }, (_, i) => (i % 2) - 0.5 + 0.1 * Math.sin(i * i));
 * const info = { sampler: "none", evaluations: 0 };
 * assert(essMean({ names: ["mu"], chains: 1, length: 100, values, info, warnings: [] })[0]! > 100);
 * ```
 */
export function essMean(draws: Draws): Float64Array {
  return worth(draws, (chains) => essThrough(chains, (halves) => halves));
}

/** Rows that were resampled by weight repeat each other: they are worth no more than their weights say. */
function worth(draws: Draws, statistic: (chains: Chains) => number): Float64Array {
  const { sampler, ess } = draws.info;
  const most = sampler === "importance" && typeof ess === "number" && ess > 0 ? ess : Infinity;
  return eachColumn(draws, statistic).map((value) => Math.min(value, most));
}

function essQuantile(chains: Chains, probability: number): number {
  const cut = quantile(pool(chains), probability);
  return essThrough(chains, (halves) => mapChains(halves, (value) => value <= cut ? 1 : 0));
}

/** Of what becomes of the halves of chains, where there is something to judge. */
function essThrough(chains: Chains, become: (halves: Chains) => Chains): number {
  if (!isJudgeable(chains)) return NaN;
  const halves = splitChains(chains);
  // The ranks of rounding errors would be as good as any.
  return essOf(isConstant(pool(halves)) ? halves : become(halves));
}

/** `S / τ` with `τ = −1 + 2 Σ ρ_t`, at most `S log₁₀ S`. */
function essOf(chains: Chains): number {
  const draws = chains.length * chains[0]!.length;
  const all = pool(chains);
  if (isConstant(all)) return draws;
  const tau = autocorrelationTime(autocorrelation(inSpread(chains, all)), chains[0]!.length);
  return draws / Math.max(tau, Math.LN10 / log(draws));
}

/** Chains as shares of their range: squares of a small unit or a large one would leave the numbers. */
function inSpread(chains: Chains, all: Float64Array): Chains {
  const low = all.reduce((a, b) => Math.min(a, b));
  const range = all.reduce((a, b) => Math.max(a, b)) - low;
  return mapChains(chains, (value) => (value - low) / range);
}

/** ρ at a lag, variances within and between chains combined. */
function autocorrelation(chains: Chains): (lag: number) => number {
  const n = chains[0]!.length;
  const covariances = chains.map(autocovariance);
  const at = (lag: number) => mean(covariances.map((covariance) => covariance[lag]!));
  const within = at(0) * n / (n - 1);
  const total = at(0) + (chains.length > 1 ? variance(chains.map(mean)) : 0);
  return (lag) => 1 - (within - at(lag)) / total;
}

/** `−1 + 2 Σ ρ_t` over Geyer's pairs; the last, cut off, pair lends its even member once. */
function autocorrelationTime(rho: (lag: number) => number, n: number): number {
  const kept = [1, rho(1)];
  let lag = 2;
  let [even, isKept] = [1, 1 + rho(1) > 0];
  for (let goesOn = isKept; goesOn && lag < n - 2; lag += 2) {
    const odd = rho(lag + 1);
    even = rho(lag);
    isKept = even + odd >= 0;
    goesOn = even + odd > 0;
    if (isKept) kept.push(even, odd);
  }
  const rest = isKept ? even : Math.max(even, 0);
  const sum = monotone(kept.slice(0, lag - 2)).reduce((total, r) => total + r, 0);
  return -1 + 2 * sum + rest;
}

/** No pair may be larger than the one before it. */
function monotone(rho: readonly number[]): number[] {
  const out = rho.slice();
  for (let t = 2; t + 1 < out.length; t += 2) {
    const before = out[t - 2]! + out[t - 1]!;
    if (out[t]! + out[t + 1]! > before) out[t] = out[t + 1] = before / 2;
  }
  return out;
}
