/**
 * Hamiltonian Monte Carlo, all chains in one call.
 *
 * @module
 */

import { exp, log } from "@likely/core/elementary";
import {
  drawNormal,
  type Kernel,
  type KernelInfo,
  type KernelState,
  type Key,
  type LogDensity,
  type Points,
  split,
  stream,
} from "@likely/core";
import { acceptRows } from "./_accept.ts";
import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";
import { average, type DualAveraging, startAveraging } from "./_dual_averaging.ts";
import { leapfrog, type Path, type Phase } from "./_leapfrog.ts";
import { addRows, covarianceOf, type Moments, noMoments } from "./_moments.ts";
import { requireGradient } from "./_require_gradient.ts";
import { sound } from "./_sound.ts";
import { evaluateStart } from "./_start.ts";
import { endsWindow, isFirstWindow } from "./_windows.ts";

export type { DualAveraging, Moments };

/** Options of {@linkcode hmc}. */
export interface HmcOptions {
  /**
   * Steps in which step size and metric are learnt.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * First step size.
   *
   * @default {0.1}
   */
  readonly stepSize?: number;
  /**
   * Mean length of a path in units of the learnt standard deviations. Each step's length is
   * uniform within half of it either way, so that no periodic orbit is followed for ever.
   *
   * @default {1.8}
   */
  readonly pathLength?: number;
  /**
   * Most leapfrog steps, that is calls of `evaluate`, in one path.
   *
   * @default {64}
   */
  readonly maxSteps?: number;
  /**
   * Mean acceptance probability that the step size is tuned to.
   *
   * @default {0.8}
   */
  readonly targetAcceptance?: number;
}

/** What {@linkcode hmc} carries from step to step. */
export interface HmcState extends KernelState {
  /** `[chains, dim]`: the gradient at `position`. */
  readonly gradient: Float64Array;
  /** Steps so far. */
  readonly steps: number;
  /** `[dim]`: scale of each coordinate, the square root of the inverse metric. */
  readonly scale: Float64Array;
  /** Step size, being learnt. */
  readonly averaging: DualAveraging;
  /** Rows of the current window, all chains pooled. */
  readonly moments: Moments;
}

// Before any scale is learnt a path's length means little: long ones would cost most of a warm-up.
const FIRST_STEPS = 16;
// Energy is conserved up to a few units by a sound integration (Stan's threshold).
const DIVERGENCE = 1000;

/**
 * Builds a Hamiltonian Monte Carlo sampler with a diagonal metric: momentum r is drawn
 * standard normal, the path of `H = −log p(x) + |r|²/2` is followed by leapfrog steps in
 * coordinates scaled by σ, and its end is accepted with probability `min(1, exp(−ΔH))`.
 *
 * During warm-up σ becomes the draws' standard deviation, pooled over chains, and the step
 * size follows the acceptance rate by dual averaging; afterwards both stand still. Path
 * lengths are random, the same for all chains of a step: a step costs as many calls of
 * `evaluate` as there are leapfrog steps.
 *
 * Source: Neal (2011), "MCMC using Hamiltonian dynamics", https://arxiv.org/abs/1206.1901;
 * Hoffman & Gelman (2014), sec. 3.2, https://arxiv.org/abs/1111.4246
 *
 * @param target What to sample; must give gradients.
 * @param options Warm-up, first step, path.
 * @returns The kernel. A path whose energy error exceeds 1000, or is NaN, is a divergence.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} From `init`, if the target gives no gradient.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { hmc } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z), grad: data.map((z) => -z) }),
 * };
 * const kernel = hmc(normal, { stepSize: 0.5 });
 * const [state, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assertEquals([state.position.n, info.divergences], [2, 0]);
 * ```
 */
export function hmc(target: LogDensity, options: HmcOptions = {}): Kernel<HmcState> {
  const { warmup = 500, stepSize = 0.1, pathLength = 1.8, maxSteps = 64, targetAcceptance = 0.8 } = options;
  requireInteger("build an HMC sampler", "warmup", warmup, 0);
  requirePositive("build an HMC sampler", "stepSize", stepSize);
  requirePositive("build an HMC sampler", "pathLength", pathLength);
  requireInteger("build an HMC sampler", "maxSteps", maxSteps, 1);
  requireFraction("build an HMC sampler", "targetAcceptance", targetAcceptance);
  const walked = sound(target);
  return {
    name: "hmc",
    init: (_key, position) => firstState(walked, position, stepSize),
    step: (key, state) => {
      const [forPath, forMove] = split(key, 2);
      const isWarm = state.steps < warmup;
      const size = exp(isWarm ? state.averaging.logStep : state.averaging.logMean);
      const wanted = Math.ceil(pathLength * (0.5 + stream(forPath).uniform()) / size);
      const most = isFirstWindow(state.steps, warmup) ? Math.min(FIRST_STEPS, maxSteps) : maxSteps;
      const steps = Math.min(Math.max(wanted, 1), most);
      const [moved, info] = move(forMove, state, {
        target: walked,
        path: { size, steps, scale: state.scale },
      });
      if (!isWarm) return [moved, info];
      const averaging = average(state.averaging, info.acceptance, targetAcceptance);
      return [adapt({ ...moved, averaging }, warmup), info];
    },
  };
}

function firstState(target: LogDensity, position: Points, stepSize: number): HmcState {
  const { value, grad } = evaluateStart("hmc", target, position);
  return {
    position,
    logDensity: value,
    gradient: requireGradient("hmc", target, grad),
    steps: 0,
    scale: new Float64Array(target.dim).fill(1),
    averaging: startAveraging(stepSize),
    moments: noMoments(target.dim, "diagonal"),
  };
}

/** One path for every chain, accepted or not. */
function move(
  key: Key,
  state: HmcState,
  { target, path }: { readonly target: LogDensity; readonly path: Path },
): [HmcState, KernelInfo] {
  const [forMomentum, forChoice] = split(key, 2);
  const from: Phase = { ...state, momentum: drawMomentum(forMomentum, state.position) };
  const to = leapfrog(target, from, path);
  const gain = energyGain(from, to);
  const { accepted, acceptance } = acceptRows(forChoice, gain);
  const moved = {
    ...state,
    position: accepted.pick(state.position, to.position),
    logDensity: accepted.pickValues(state.logDensity, to.logDensity),
    gradient: accepted.pick(gradientRows(from), gradientRows(to)).data,
    steps: state.steps + 1,
  };
  const divergences = gain.filter((g) => !(g > -DIVERGENCE)).length;
  return [moved, { acceptance, evaluations: path.steps, divergences }];
}

/** Minus the change of energy along each chain's path. */
function energyGain(from: Phase, to: Phase): Float64Array {
  const { n, dim } = from.position;
  return Float64Array.from({ length: n }, (_, c) => {
    let gain = to.logDensity[c]! - from.logDensity[c]!;
    for (let i = c * dim; i < (c + 1) * dim; i++) {
      gain += (from.momentum[i]! ** 2 - to.momentum[i]! ** 2) / 2;
    }
    return gain;
  });
}

function drawMomentum(key: Key, { n, dim }: Points): Float64Array {
  return Float64Array.from(
    split(key, n).flatMap((child) => {
      const random = stream(child);
      return Array.from({ length: dim }, () => drawNormal(random));
    }),
  );
}

/** Gathers rows for the metric; at the end of a window learns it and looks for the step anew. */
function adapt(state: HmcState, warmup: number): HmcState {
  const { steps, position, averaging } = state;
  const moments = addRows(state.moments, position);
  if (!endsWindow(steps - 1, warmup)) return { ...state, moments };
  const scale = covarianceOf(moments, state.scale.map((s) => s * s)).map(Math.sqrt);
  return {
    ...state,
    scale,
    averaging: startAveraging(rescaled(averaging, state.scale, scale)),
    moments: noMoments(position.dim, "diagonal"),
  };
}

/** The step that moves as far under the new scale as the settled one did under the old. */
function rescaled({ logMean }: DualAveraging, before: Float64Array, after: Float64Array): number {
  const growth = after.reduce((sum, s, j) => sum + log(s / before[j]!), 0) / after.length;
  return exp(logMean - growth);
}

function gradientRows({ gradient, position }: Phase): Points {
  return { data: gradient, n: position.n, dim: position.dim };
}
