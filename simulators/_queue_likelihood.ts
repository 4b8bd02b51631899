// The exact likelihood of what leaves an M/G/1 queue with uniform service times, arrivals not seen.
//
// Customer i arrives at vᵢ, is served for sᵢ ∈ [low, high] and leaves at xᵢ = max(vᵢ, xᵢ₋₁) + sᵢ. Given the
// departures, sᵢ is allowed exactly if
//
//   vᵢ ≤ Uᵢ = xᵢ − low,   and, where xᵢ − xᵢ₋₁ > high, also vᵢ ≥ Lᵢ = xᵢ − high > xᵢ₋₁,
//
// so p(x) = (high − low)⁻ⁿ P(Lᵢ ≤ vᵢ ≤ Uᵢ for all i), v the arrivals of a Poisson process. With N(t) arrivals
// until t that is N(Uᵢ) ≥ i and N(Lᵢ) ≤ i − 1: the law of N is carried from one of these times to the next,
// and what breaks a rule is dropped. Every term is positive, so nothing cancels.

import { logGamma } from "@likely/core";

/** The queue's parameters. */
export interface Queue {
  /** The shortest service. */
  readonly low: number;
  /** The longest. */
  readonly high: number;
  /** Arrivals per time. */
  readonly rate: number;
}

/** Log density in nats of the times between departures; −∞ where they cannot be. */
export function logQueue(queue: Queue, between: Float64Array): number {
  const { low, high, rate } = queue;
  const n = between.length;
  const isLegal = low >= 0 && high > low && rate > 0 && rate < Infinity;
  if (!isLegal || !between.every((time) => time >= low && time < Infinity)) return -Infinity;
  const total = logRulesObeyed(queue, between) - n * Math.log(high - low);
  return Number.isNaN(total) ? -Infinity : total;
}

/** log P(Lᵢ ≤ vᵢ ≤ Uᵢ for all i). */
function logRulesObeyed({ low, high, rate }: Queue, between: Float64Array): number {
  const n = between.length;
  // The law of N at time `at`, given all rules so far; numbers from n on count as n.
  let law = new Float64Array(n + 1);
  law[0] = 1;
  let [at, departure, logTotal] = [0, 0, 0];
  for (let i = 1; i <= n; i++) {
    departure += between[i - 1]!;
    if (between[i - 1]! > high) {
      // The server was idle: of at least i − 1 arrivals there were no more until now.
      logTotal += Math.log(law[i - 1]!) - rate * (departure - high - at);
      law.fill(0);
      law[i - 1] = 1;
      at = departure - high;
    }
    law = carry(law, i - 1, rate * (departure - low - at));
    at = departure - low;
    logTotal += Math.log(normalise(law, i));
  }
  return logTotal;
}

/** The law after further arrivals of the given mean; there were at least `least`. */
function carry(law: Float64Array, least: number, mean: number): Float64Array<ArrayBuffer> {
  const n = law.length - 1;
  const { mass, tail } = poisson(mean, n);
  const out = new Float64Array(n + 1);
  for (let k = least; k <= n; k++) {
    const p = law[k]!;
    if (p === 0) continue;
    for (let j = k; j < n; j++) out[j]! += p * mass[j - k]!;
    out[n]! += p * tail[n - k]!;
  }
  return out;
}

/** Drops what is below `least`, scales the rest to 1 and returns what it was. */
function normalise(law: Float64Array, least: number): number {
  law.fill(0, 0, least);
  const total = law.reduce((sum, p) => sum + p, 0);
  for (let k = least; k < law.length; k++) law[k]! /= total;
  return total;
}

interface Poisson {
  /** P(k). */
  readonly mass: Float64Array;
  /** P(≥ k). */
  readonly tail: Float64Array;
}

/** A Poisson variable, for k = 0, …, n at least; sums from the small end keep their digits. */
function poisson(mean: number, n: number): Poisson {
  // Then P(k) is below e⁻¹⁰⁰ for all of them.
  if (mean > 700 && n < mean / 2) {
    return { mass: new Float64Array(n + 1), tail: new Float64Array(n + 1).fill(1) };
  }
  const mass = new Float64Array(Math.ceil(Math.max(n, mean) + 12 * Math.sqrt(mean) + 30));
  const mode = Math.floor(mean);
  mass[mode] = mean > 0 ? Math.exp(mode * Math.log(mean) - mean - logGamma(mode + 1)) : 1;
  for (let k = mode + 1; k < mass.length; k++) mass[k] = mass[k - 1]! * mean / k;
  for (let k = mode; k > 0; k--) mass[k - 1] = mass[k]! * k / mean;
  const tail = mass.slice();
  for (let k = tail.length - 2; k >= 0; k--) tail[k]! += tail[k + 1]!;
  return { mass, tail };
}
