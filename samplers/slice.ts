/**
 * Slice sampling, all chains in one call.
 *
 * @module
 */

import { pow } from "@likely/core/elementary";
import {
  foldIn,
  type Kernel,
  type KernelInfo,
  type KernelState,
  type Key,
  type LogDensity,
  type Points,
  row,
  zeros,
} from "@likely/core";
import { requireInteger, requirePositive } from "@likely/core/check";
import { runAhead, type Span } from "./_run_ahead.ts";
import { SliceSweep, type Swept } from "./_slice_sweep.ts";
import { sound } from "./_sound.ts";
import { evaluateStart } from "./_start.ts";

/** Options of {@linkcode slice}. */
export interface SliceOptions {
  /**
   * Sweeps in which bracket widths are tuned.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Bracket width to start from, in the units of the target's space.
   *
   * @default {1}
   */
  readonly width?: number;
  /**
   * Largest bracket, in widths; bounds the stepping out.
   *
   * @default {16}
   */
  readonly maxSteps?: number;
  /**
   * Candidates each chain has evaluated in one call, the later ones in case the earlier are
   * rejected. More of them: fewer calls but more points in all, and the same distribution. For
   * eight chains on ten normal coordinates, calls a sweep and points a coordinate and chain
   * are 37 and 5.2 with one, 24 and 6.3 with two, 19 and 8.7 with four.
   *
   * @default {2}
   */
  readonly lookahead?: number;
}

/** What {@linkcode slice} carries from sweep to sweep. */
export interface SliceState extends KernelState {
  /** `[dim]`: bracket widths, pooled over chains. */
  readonly width: Float64Array;
  /** Sweeps so far. */
  readonly sweeps: number;
}

// A width in units of the mean move. A move within an interval is a third of it on average,
// so 3 would be the typical slice. Over seven targets, calls a coordinate fell little beyond 4,
// points a coordinate little beyond 6.
const WIDTH_PER_MOVE = 6;

/**
 * Builds a univariate slice sampler with stepping out and shrinkage; a step is one sweep over
 * all coordinates in random order.
 *
 * A coordinate x with density p is updated in three moves: a height `y = log p(x) + log u`, a
 * bracket of random placement widened until both ends lie below y, and uniform candidates in
 * the bracket, which shrinks towards x with every candidate below y. Nothing is ever rejected,
 * and no gradient is needed.
 *
 * Chains work through their sweeps independently; one call of `evaluate` serves whatever all
 * of them need next. A `step` costs as many calls as its slowest chain needs, two to three a
 * coordinate; in a `walk`, once the widths stand still, as many as a chain needs on average.
 *
 * Source: Neal (2003), "Slice sampling", figs. 3 and 5,
 * https://doi.org/10.1214/aos/1056562461
 *
 * @param target What to sample; values alone are used, NaN counts as −∞.
 * @param options Warm-up, first width, bounds.
 * @returns The kernel. `acceptance` is the share of coordinates that found a point.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { slice } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z) }),
 * };
 * const kernel = slice(normal);
 * const [state, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assert(state.position.n === 2 && info.acceptance === 1);
 * ```
 */
export function slice(target: LogDensity, options: SliceOptions = {}): Kernel<SliceState> {
  const { warmup = 500, width = 1, maxSteps = 16, lookahead = 2 } = options;
  requireInteger("build a slice sampler", "warmup", warmup, 0);
  requirePositive("build a slice sampler", "width", width);
  requireInteger("build a slice sampler", "maxSteps", maxSteps, 1);
  requireInteger("build a slice sampler", "lookahead", lookahead, 1);
  const walked = sound(target);
  const run = (state: SliceState, span: Span) =>
    sweep(walked, state, { warmup, maxSteps, lookahead, ...span });
  const step = (key: Key, state: SliceState) => run(state, { steps: 1, keyOf: () => key }).next().value!;
  return {
    name: "slice",
    init: (_key, position) => ({
      position,
      logDensity: evaluateStart("slice", walked, position, { gradient: false }).value,
      width: new Float64Array(target.dim).fill(width),
      sweeps: 0,
    }),
    step,
    walk: function* (key, from, steps) {
      let [state, t] = [from, 0];
      // Widths are learnt from all chains: none can be ahead as long as they change.
      for (; t < steps && state.sweeps < warmup; t++) {
        const [next, info] = step(foldIn(key, t), state);
        state = next;
        yield [next, info];
      }
      yield* run(state, { steps: steps - t, keyOf: (ahead) => foldIn(key, t + ahead) });
    },
  };
}

interface Sweeps extends Span {
  readonly warmup: number;
  readonly maxSteps: number;
  readonly lookahead: number;
}

/** Sweeps of one width. */
function* sweep(
  target: LogDensity,
  state: SliceState,
  { warmup, maxSteps, lookahead, ...span }: Sweeps,
): Generator<[SliceState, KernelInfo], void, void> {
  const settings = { width: state.width, maxSteps, lookahead };
  const walkers = Array.from({ length: state.position.n }, (_, c) => {
    const from = { position: row(state.position, c), logDensity: state.logDensity[c]! };
    return new SliceSweep(c, from, settings);
  });
  const options = { ...span, rows: lookahead + 2, gradient: false };
  let { sweeps } = state;
  for (const { results, evaluations } of runAhead(target, walkers, options)) {
    const width = sweeps < warmup ? tunedWidth(state, results) : state.width;
    yield [{ ...gather(results), width, sweeps: ++sweeps }, infoOf(results, evaluations)];
  }
}

/** Moves each width towards a multiple of the mean move, by ever smaller steps. */
function tunedWidth(state: SliceState, chains: readonly Swept[]): Float64Array {
  const rate = pow(state.sweeps + 1, -0.6);
  return state.width.map((width, j) => {
    const move = chains.reduce((sum, chain) => sum + chain.moved[j]!, 0) / chains.length;
    return move > 0 ? width + rate * (WIDTH_PER_MOVE * move - width) : width;
  });
}

function gather(chains: readonly Swept[]): KernelState {
  const position: Points = zeros(chains.length, chains[0]!.position.length);
  chains.forEach((chain, c) => row(position, c).set(chain.position));
  return { position, logDensity: Float64Array.from(chains, (chain) => chain.logDensity) };
}

function infoOf(chains: readonly Swept[], evaluations: number): KernelInfo {
  const stuck = chains.reduce((sum, chain) => sum + chain.stuck, 0);
  const updates = chains.length * chains[0]!.position.length;
  return { acceptance: (updates - stuck) / updates, evaluations, divergences: 0 };
}
