/**
 * The exact posterior of the M/G/1 queue given quartiles.
 *
 * @module
 */

import { drawPermutation, type Draws, foldIn, type Key, type Stream, stream } from "@likely/core";
import { requireInteger, requireLength } from "@likely/core/check";
import { logQueue } from "./_queue_likelihood.ts";
import { type QuartileRules, quartileRules, type QuartileState, sweepQuartiles } from "./_queue_quartiles.ts";

const ACTION = "sample the posterior of a queue";

/** Options of {@linkcode mg1QuartilePosterior}. */
export interface Mg1QuartilePosteriorOptions {
  /**
   * How many customers the quartiles are of.
   *
   * @default {50}
   */
  readonly customers?: number;
  /**
   * Independent chains.
   *
   * @default {4}
   */
  readonly chains?: number;
  /**
   * Sweeps thrown away.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Draws kept of each chain.
   *
   * @default {250}
   */
  readonly draws?: number;
  /**
   * Sweeps for each draw kept.
   *
   * @default {10}
   */
  readonly thin?: number;
}

/**
 * Samples the posterior of `mg1Queue({ observe: "quartiles" })`, whose likelihood is not known: by chains
 * over the parameters and all times between departures, which keep the observed quartiles and have the exact
 * likelihood of times. No tolerance and no summary: only the chains' own error is left, which
 * `summary` tells.
 *
 * A sweep takes `customers + 6` likelihoods, with 50 customers some milliseconds.
 *
 * @param key The key to consume.
 * @param observed `[5]`: the least, the quartiles and the largest, rising.
 * @param options Numbers of customers, chains and sweeps.
 * @returns Draws of `shortest`, `range` and `rate`.
 * @throws {TypeError} If `observed` is not of length 5.
 * @throws {RangeError} If there are fewer than 9 customers, a number is not whole and ≥ 1, or `observed` is not
 * rising from above 0.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { mg1QuartilePosterior } from "@likely/simulators";
 *
 * const observed = [1.1, 2.7, 3.7, 4.6, 23.7];
 * const { values } = mg1QuartilePosterior(key(0), observed, { customers: 9, chains: 1, warmup: 10, draws: 10 });
 * // Nobody was served faster than the least time.
 * assert(values.every((value, i) => i % 3 > 0 || value <= 1.1));
 * ```
 */
export function mg1QuartilePosterior(
  key: Key,
  observed: ArrayLike<number>,
  options: Mg1QuartilePosteriorOptions = {},
): Draws {
  const { customers = 50, chains = 4, warmup = 500, draws = 250, thin = 10 } = options;
  requireInteger(ACTION, "customers", customers, 9);
  requireLength(ACTION, "observed", observed.length, 5);
  for (const [name, value] of Object.entries({ chains, draws, thin })) requireInteger(ACTION, name, value, 1);
  requireInteger(ACTION, "warmup", warmup, 0);
  requireRising(observed);
  const rules = quartileRules(customers);
  const values = new Float64Array(chains * draws * 3);
  for (let c = 0; c < chains; c++) {
    const random = stream(foldIn(key, c));
    let state = firstState(random, rules, observed, customers);
    for (let s = 0; s < warmup; s++) state = sweepQuartiles(random, rules, state);
    for (let t = 0; t < draws; t++) {
      for (let s = 0; s < thin; s++) state = sweepQuartiles(random, rules, state);
      values.set([state.low, state.high - state.low, state.rate], (c * draws + t) * 3);
    }
  }
  const evaluations = chains * (warmup + draws * thin) * (customers + 6);
  const info = { sampler: "queue with its quartiles held", evaluations };
  return { names: ["shortest", "range", "rate"], chains, length: draws, values, info, warnings: [] };
}

function requireRising(observed: ArrayLike<number>): void {
  const numbers = Array.from(observed);
  if (numbers.every((value, q) => value > (numbers[q - 1] ?? 0) && value < Infinity)) return;
  throw new RangeError(`Cannot ${ACTION} as observed must rise from above 0: current value is [${numbers}]`);
}

/** Times with these quartiles in random order, and parameters that allow them. */
function firstState(
  random: Stream,
  { pairs }: QuartileRules,
  observed: ArrayLike<number>,
  n: number,
): QuartileState {
  const times = Float64Array.from({ length: n }, (_, rank) => {
    const at = 4 * rank / (n - 1);
    const q = Math.min(Math.floor(at), 3);
    return observed[q]! + (at - q) * (observed[q + 1]! - observed[q]!);
  });
  // Both of a pair on the quartile itself: straight lines alone would miss it.
  for (const { rank, share } of pairs) {
    const q = Math.round(4 * (rank + share) / (n - 1));
    times.fill(observed[q]!, rank, rank + 2);
  }
  const shuffled = Float64Array.from(drawPermutation(random, n), (rank) => times[rank]!);
  const low = Math.min(observed[0]!, 10) * random.uniform();
  const queue = { low, high: low + 10 * random.uniform(), rate: random.uniform() / 3 };
  return { ...queue, times: shuffled, logLikelihood: logQueue(queue, shuffled) };
}
