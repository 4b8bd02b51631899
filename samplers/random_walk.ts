/**
 * Random-walk Metropolis with a learnt covariance, all chains in one call.
 *
 * @module
 */

import { exp, log } from "@likely/core/elementary";
import {
  drawNormal,
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
import { acceptRows } from "./_accept.ts";
import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";
import { addScaled, metricFrom } from "./_metric.ts";
import { addRows, type Moments, noMoments } from "./_moments.ts";
import { sound } from "./_sound.ts";
import { evaluateStart } from "./_start.ts";
import { endsWindow } from "./_windows.ts";

export type { Moments };

/** Options of {@linkcode randomWalk}. */
export interface RandomWalkOptions {
  /**
   * Steps in which scale and covariance are learnt.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * Standard deviation of the first proposals, in the units of the target's space; later the
   * factor on the learnt covariance's square root.
   *
   * @default {2.4 / Math.sqrt(dim)}
   */
  readonly scale?: number;
  /**
   * Whether correlations are learnt, or variances alone.
   *
   * @default {"dense"}
   */
  readonly covariance?: "dense" | "diagonal";
  /**
   * Share of proposals to be accepted.
   *
   * @default {0.44 in one dimension, 0.234 in more}
   */
  readonly targetAcceptance?: number;
}

/** What {@linkcode randomWalk} carries from step to step. */
export interface RandomWalkState extends KernelState {
  /** Steps so far. */
  readonly steps: number;
  /** Log of the factor on `root`. */
  readonly logScale: number;
  /** `[dim, dim]`: lower Cholesky factor of the proposals' covariance; `[dim]` where it is diagonal. */
  readonly root: Float64Array;
  /** Rows of the current window, all chains pooled. */
  readonly moments: Moments;
}

/**
 * Builds a random-walk Metropolis sampler: proposals `x + s L z` with z standard normal,
 * accepted with probability `min(1, p(x′) / p(x))`.
 *
 * During warm-up L becomes the Cholesky factor of the draws' covariance, pooled over chains,
 * and s follows the acceptance rate by Robbins and Monro's rule; afterwards both stand still.
 * A step is one call of `evaluate`.
 *
 * Source: Roberts & Rosenthal (2001), "Optimal scaling for various Metropolis–Hastings
 * algorithms"; Haario, Saksman & Tamminen (2001), "An adaptive Metropolis algorithm".
 *
 * @param target What to sample; values alone are used, NaN counts as −∞.
 * @param options Warm-up, scale, covariance.
 * @returns The kernel.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { randomWalk } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z) }),
 * };
 * const kernel = randomWalk(normal);
 * const [, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assertEquals(info.evaluations, 1);
 * ```
 */
export function randomWalk(target: LogDensity, options: RandomWalkOptions = {}): Kernel<RandomWalkState> {
  const { dim } = target;
  const { warmup = 500, scale = 2.4 / Math.sqrt(dim), covariance = "dense" } = options;
  const { targetAcceptance = dim === 1 ? 0.44 : 0.234 } = options;
  requireInteger("build a random walk", "warmup", warmup, 0);
  requirePositive("build a random walk", "scale", scale);
  requireFraction("build a random walk", "targetAcceptance", targetAcceptance);
  const walked = sound(target);
  return {
    name: "random_walk",
    init: (_key, position) => ({
      position,
      logDensity: evaluateStart("random_walk", walked, position, { gradient: false }).value,
      steps: 0,
      logScale: log(scale),
      root: new Float64Array(dim).fill(1),
      moments: noMoments(dim, covariance),
    }),
    step: (key, state) => {
      const [forProposal, forChoice] = split(key, 2);
      const position = propose(forProposal, state);
      const { value } = walked.evaluate(position, { gradient: false });
      const logRatio = value.map((v, c) => v - state.logDensity[c]!);
      const { accepted, acceptance } = acceptRows(forChoice, logRatio);
      const moved = {
        ...state,
        position: accepted.pick(state.position, position),
        logDensity: accepted.pickValues(state.logDensity, value),
        steps: state.steps + 1,
      };
      const next = state.steps < warmup
        ? adapt(moved, { shortfall: targetAcceptance - acceptance, warmup })
        : moved;
      return [next, { acceptance, evaluations: 1, divergences: 0 }];
    },
  };
}

function propose(key: Key, { position, root, logScale }: RandomWalkState): Points {
  const { n, dim } = position;
  const out = zeros(n, dim);
  const scale = exp(logScale);
  const z = new Float64Array(dim);
  split(key, n).forEach((child, c) => {
    const random = stream(child);
    for (let j = 0; j < dim; j++) z[j] = drawNormal(random);
    row(out, c).set(row(position, c));
    addScaled(row(out, c), scale, { root }, z);
  });
  return out;
}

interface Adaptation {
  readonly shortfall: number;
  readonly warmup: number;
}

function adapt(state: RandomWalkState, { shortfall, warmup }: Adaptation): RandomWalkState {
  const { steps, position } = state;
  const dim = position.dim;
  const moments = addRows(state.moments, position);
  const logScale = state.logScale - shortfall * 2 / Math.sqrt(steps);
  if (!endsWindow(steps - 1, warmup)) return { ...state, moments, logScale };
  return {
    ...state,
    root: metricFrom(moments, state).root,
    logScale: log(2.4 / Math.sqrt(dim)),
    moments: noMoments(dim, moments.kind),
  };
}
