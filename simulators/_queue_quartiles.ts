// A Markov chain over parameters and times of an M/G/1 queue whose times keep their quartiles.
//
// Of n times in order of size some ranks are held by the quartiles: the ends, and for each quartile that
// lies between two ranks, that pair, along the line where its interpolation is the quartile. All other times
// are free between the held ones. Every proposal is symmetric, and the likelihood of times is exact.

import { drawNormal, type Stream } from "@likely/core";
import { logQueue, type Queue } from "./_queue_likelihood.ts";

/** Where the chain is. */
export interface QuartileState extends Queue {
  /** The times between departures, in their order. */
  readonly times: Float64Array;
  /** Their exact log-likelihood. */
  readonly logLikelihood: number;
}

/** Two neighbouring ranks, and how far from the first to the second the quartile lies. */
interface HeldPair {
  readonly rank: number;
  readonly share: number;
}

/** A free rank and the held ranks on both sides of it. */
interface FreeRank {
  readonly rank: number;
  readonly below: number;
  readonly above: number;
}

/** What the quartiles of n times hold and leave free. */
export interface QuartileRules {
  readonly pairs: readonly HeldPair[];
  readonly free: readonly FreeRank[];
}

/** The rules for n ≥ 9 times: fewer, and the pairs would meet. */
export function quartileRules(n: number): QuartileRules {
  const places = [1, 2, 3].map((q) => (n - 1) * q / 4);
  const held = [
    0,
    ...places.flatMap((at) => Number.isInteger(at) ? [at] : [Math.floor(at), Math.ceil(at)]),
    n - 1,
  ];
  const ranks = Array.from({ length: n }, (_, rank) => rank).filter((rank) => !held.includes(rank));
  return {
    pairs: places.filter((at) => !Number.isInteger(at))
      .map((at) => ({ rank: Math.floor(at), share: at - Math.floor(at) })),
    free: ranks.map((rank) => ({
      rank,
      below: held.findLast((other) => other < rank)!,
      above: held.find((other) => other > rank)!,
    })),
  };
}

/** One sweep: about as many moves of times as there are times, and six of parameters. */
export function sweepQuartiles(random: Stream, rules: QuartileRules, start: QuartileState): QuartileState {
  let state = start;
  for (let i = 0; i < state.times.length; i++) {
    const u = random.uniform();
    const times = u < 0.5
      ? swapped(random, state.times)
      : u < 0.9 || rules.pairs.length === 0
      ? freed(random, rules, state.times)
      : slid(random, rules, state.times);
    state = accept(random, state, { ...state, times });
  }
  for (let i = 0; i < 6; i++) state = accept(random, state, parametersMoved(random, state, i % 3));
  return state;
}

function accept(random: Stream, state: QuartileState, proposed: QuartileState): QuartileState {
  const logLikelihood = isInPrior(proposed) ? logQueue(proposed, proposed.times) : -Infinity;
  const isAccepted = Math.log(1 - random.uniform()) < logLikelihood - state.logLikelihood;
  return isAccepted ? { ...proposed, logLikelihood } : state;
}

function isInPrior({ low, high, rate }: Queue): boolean {
  const range = high - low;
  return low > 0 && low < 10 && range > 0 && range < 10 && rate > 0 && rate < 1 / 3;
}

/** One of the parameters, by a step of any size. */
function parametersMoved(random: Stream, state: QuartileState, which: number): QuartileState {
  const step = drawNormal(random) * 10 ** (-2 * random.uniform());
  if (which === 0) return { ...state, low: state.low + 2 * step };
  if (which === 1) return { ...state, high: state.high + 5 * step };
  return { ...state, rate: state.rate + 0.2 * step };
}

/** Two times change places. */
function swapped(random: Stream, times: Float64Array): Float64Array {
  const [i, j] = [below(random, times.length), below(random, times.length)];
  return times.with(i, times[j]!).with(j, times[i]!);
}

/** A free time moves anywhere between the held ones around it. */
function freed(random: Stream, { free }: QuartileRules, times: Float64Array): Float64Array {
  const { rank, below: low, above: high } = free[below(random, free.length)]!;
  const order = ranked(times);
  const [from, to] = [times[order[low]!]!, times[order[high]!]!];
  return times.with(order[rank]!, from + (to - from) * random.uniform());
}

/** A held pair moves along its line as far as its neighbours let it. */
function slid(random: Stream, { pairs }: QuartileRules, times: Float64Array): Float64Array {
  const { rank, share } = pairs[below(random, pairs.length)]!;
  const order = ranked(times);
  const at = (k: number) => times[order[rank + k]!]!;
  const quartile = (1 - share) * at(0) + share * at(1);
  const least = Math.max(at(-1), (quartile - share * at(2)) / (1 - share));
  const first = least + (quartile - least) * random.uniform();
  return times.with(order[rank]!, first).with(order[rank + 1]!, (quartile - (1 - share) * first) / share);
}

/** Which time has which rank. */
function ranked(times: Float64Array): Uint32Array {
  return Uint32Array.from(times, (_, i) => i).sort((i, j) => times[i]! - times[j]!);
}

function below(random: Stream, n: number): number {
  return Math.floor(n * random.uniform());
}
