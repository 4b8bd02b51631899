/**
 * Parallel tempering, all chains and temperatures in one call.
 *
 * @module
 */

import { exp } from "@likely/core/elementary";
import {
  type Kernel,
  type KernelState,
  type Key,
  type LogDensity,
  type Points,
  row,
  split,
  stream,
  zeros,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { slice, type SliceState } from "./slice.ts";

/** Options of {@linkcode parallelTempering}. */
export interface ParallelTemperingOptions {
  /**
   * Steps in which the bracket widths of the slice sampler are tuned.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Rising temperatures, the first 1. The hottest must flatten what lies between modes: a
   * barrier of B nats needs about B / 2. Neighbours farther apart than a factor of about
   * `1 + 2 / √dim` rarely swap.
   *
   * @default {[1, 2, 4, 8, 16, 32, 64]}
   */
  readonly temperatures?: readonly number[];
}

/** What {@linkcode parallelTempering} carries from step to step. */
export interface ParallelTemperingState extends KernelState {
  /** All replicas: row `c · temperatures + k` is chain c at temperature k. */
  readonly replicas: SliceState;
  /** Steps so far. */
  readonly steps: number;
}

/**
 * Builds a parallel tempering sampler: replicas of each chain sample `p(x)^(1/T)` by slice
 * sweeps, and neighbours in temperature swap places with probability
 * `min(1, exp((1/Tᵢ − 1/Tⱼ)(log p(xⱼ) − log p(xᵢ))))`; even and odd pairs take turns. The
 * replica at T = 1 is the chain. Modes far apart are visited by way of the hot replicas.
 *
 * The target's own powers must be densities: on an unbounded flat one the hot replicas drift.
 *
 * Source: Geyer (1991); Syed et al. (2022), "Non-reversible parallel tempering",
 * https://arxiv.org/abs/1905.02939
 *
 * @param target What to sample; values alone are used.
 * @param options Warm-up, temperatures.
 * @returns The kernel. `acceptance` is that of the swaps.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, numericDensity } from "@likely/core";
 * import { parallelTempering } from "@likely/samplers";
 *
 * const target = numericDensity("two hills", 1, ([x]) => -0.5 * (Math.abs(x!) - 5) ** 2);
 * const kernel = parallelTempering(target, { temperatures: [1, 3, 9] });
 * const [state] = kernel.step(key(1), kernel.init(key(0), fromRows([[-5], [-5]])));
 * assertEquals([state.position.n, state.replicas.position.n], [2, 6]);
 * ```
 */
export function parallelTempering(
  target: LogDensity,
  options: ParallelTemperingOptions = {},
): Kernel<ParallelTemperingState> {
  const { warmup = 500, temperatures = [1, 2, 4, 8, 16, 32, 64] } = options;
  requireInteger("build parallel tempering", "warmup", warmup, 0);
  requireLadder(temperatures);
  const count = temperatures.length;
  const kernel = slice(tempered(target, temperatures), { warmup });
  return {
    name: "parallel_tempering",
    init: (key, position) => coldest(kernel.init(key, repeated(position, count)), count, 0),
    step: (key, { replicas, steps }) => {
      const [forMoves, forSwaps] = split(key, 2);
      const [moved, info] = kernel.step(forMoves, replicas);
      const { swapped, acceptance } = swap(forSwaps, moved, temperatures, steps % 2);
      return [coldest(swapped, count, steps + 1), { ...info, acceptance }];
    },
  };
}

/** Chain c's density to the power of its temperature's inverse. */
function tempered(target: LogDensity, temperatures: readonly number[]): LogDensity {
  const count = temperatures.length;
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (points, options) => {
      const replicaOf = (i: number) => options?.chains ? options.chains[i]! : i;
      const chains = Uint32Array.from({ length: points.n }, (_, i) => Math.floor(replicaOf(i) / count));
      const { value } = target.evaluate(points, { gradient: false, chains });
      return { value: value.map((v, i) => v / temperatures[replicaOf(i) % count]!) };
    },
  };
}

function repeated(position: Points, count: number): Points {
  const out = zeros(position.n * count, position.dim);
  for (let r = 0; r < out.n; r++) row(out, r).set(row(position, Math.floor(r / count)));
  return out;
}

function coldest(replicas: SliceState, count: number, steps: number): ParallelTemperingState {
  const n = replicas.position.n / count;
  const position = zeros(n, replicas.position.dim);
  for (let c = 0; c < n; c++) row(position, c).set(row(replicas.position, c * count));
  const logDensity = Float64Array.from({ length: n }, (_, c) => replicas.logDensity[c * count]!);
  return { position, logDensity, replicas, steps };
}

function swap(key: Key, state: SliceState, temperatures: readonly number[], first: number) {
  const count = temperatures.length;
  const n = state.position.n / count;
  const position = { ...state.position, data: state.position.data.slice() };
  const logDensity = state.logDensity.slice();
  let [sum, pairs] = [0, 0];
  split(key, n).forEach((child, c) => {
    const random = stream(child);
    for (let k = first; k + 1 < count; k += 2) {
      const [i, cold, hot] = [c * count + k, temperatures[k]!, temperatures[k + 1]!];
      const [atCold, atHot] = [logDensity[i]! * cold, logDensity[i + 1]! * hot];
      const ratio = (1 / cold - 1 / hot) * (atHot - atCold);
      const probability = Number.isNaN(ratio) ? 0 : Math.min(1, exp(ratio));
      sum += probability;
      pairs++;
      if (random.uniform() >= probability) continue;
      const kept = row(position, i).slice();
      row(position, i).set(row(position, i + 1));
      row(position, i + 1).set(kept);
      [logDensity[i], logDensity[i + 1]] = [atHot / cold, atCold / hot];
    }
  });
  return { swapped: { ...state, position, logDensity }, acceptance: pairs === 0 ? 1 : sum / pairs };
}

function requireLadder(temperatures: readonly number[]): void {
  const isRising = temperatures.every((t, k) =>
    Number.isFinite(t) && (k === 0 ? t === 1 : t > temperatures[k - 1]!)
  );
  if (isRising && temperatures.length > 0) return;
  throw new RangeError(
    `Cannot build parallel tempering as temperatures must rise from 1: current value is [${temperatures}]`,
  );
}
