/**
 * The No-U-Turn sampler, all chains in one call.
 *
 * @module
 */

import {
  foldIn,
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
import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";
import { findSteps } from "./_find_steps.ts";
import { type Metric, metricFrom } from "./_metric.ts";
import { addRows, noMoments } from "./_moments.ts";
import { NutsTree } from "./_nuts_tree.ts";
import { type NutsTuning, startTuning } from "./_nuts_tuning.ts";
import { requireGradient } from "./_require_gradient.ts";
import { stanWindows, type WarmupPlan } from "./_stan_windows.ts";
import { evaluateStart } from "./_start.ts";
import { average, startAveraging } from "./_dual_averaging.ts";

export type { Metric, NutsTuning };

/** Options of {@linkcode nuts}. */
export interface NutsOptions {
  /**
   * Steps in which step size and metric are learnt.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * First step size; with a warm-up, only where the search for a good one begins.
   *
   * @default {0.1}
   */
  readonly stepSize?: number;
  /**
   * Whether correlations are learnt, or variances alone.
   *
   * @default {"diagonal"}
   */
  readonly metric?: "diagonal" | "dense";
  /**
   * Most doublings: a trajectory has fewer than `2 ** maxDepth` leapfrog steps.
   *
   * @default {10}
   */
  readonly maxDepth?: number;
  /**
   * Mean acceptance probability that the step size is tuned to.
   *
   * @default {0.8}
   */
  readonly targetAcceptance?: number;
}

/** What {@linkcode nuts} carries from step to step. */
export interface NutsState extends KernelState {
  /** `[chains, dim]`: the gradient at `position`. */
  readonly gradient: Float64Array;
  /** Steps so far. */
  readonly steps: number;
  /** Each chain's own step size and metric. */
  readonly tuning: readonly NutsTuning[];
  /** `[chains]`: doublings of the last trajectory; `maxDepth` means that it was cut short. */
  readonly depth: Uint8Array;
}

type Settings = Required<NutsOptions> & { readonly plan: WarmupPlan };

/**
 * Builds the multinomial No-U-Turn sampler, as Stan has it: a trajectory of the Hamiltonian
 * `H = −log p(x) + |r|²/2` is doubled forwards or backwards in time until it, or a subtree,
 * turns around (the sum of momenta no longer points along both ends), and the next position
 * is drawn from its points in proportion to `exp(−H)`.
 *
 * During warm-up each chain learns its own step size, by dual averaging, and its own metric,
 * in Stan's windows; a chain's draws therefore do not depend on those beside it. All chains
 * that are still building take their next leapfrog step in one call of `evaluate`; a step costs
 * as many calls as its longest trajectory has points.
 *
 * Source: Hoffman & Gelman (2014), https://arxiv.org/abs/1111.4246; Betancourt (2017),
 * "A conceptual introduction to Hamiltonian Monte Carlo", app. A,
 * https://arxiv.org/abs/1701.02434; the checks across subtrees from Stan 2.21.
 *
 * @param target What to sample; must give gradients.
 * @param options Warm-up, metric, depth.
 * @returns The kernel. A trajectory that meets an energy error above 1000, or NaN, is a
 * divergence.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} From `init`, if the target gives no gradient.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { nuts } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z), grad: data.map((z) => -z) }),
 * };
 * const kernel = nuts(normal, { warmup: 0, stepSize: 0.5 });
 * const [state, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assertEquals([state.position.n, info.divergences], [2, 0]);
 * ```
 */
export function nuts(target: LogDensity, options: NutsOptions = {}): Kernel<NutsState> {
  const { warmup = 500, stepSize = 0.1, metric = "diagonal", maxDepth = 10, targetAcceptance = 0.8 } =
    options;
  requireInteger("build a NUTS sampler", "warmup", warmup, 0);
  requirePositive("build a NUTS sampler", "stepSize", stepSize);
  requireInteger("build a NUTS sampler", "maxDepth", maxDepth, 1);
  requireFraction("build a NUTS sampler", "targetAcceptance", targetAcceptance);
  const settings = { warmup, stepSize, metric, maxDepth, targetAcceptance, plan: stanWindows(warmup) };
  return {
    name: "nuts",
    init: (_key, position) => firstState(target, position, settings),
    step: (key, state) => step(key, state, { target, settings }),
  };
}

function firstState(target: LogDensity, position: Points, { stepSize, warmup }: Settings): NutsState {
  const { value, grad } = evaluateStart("nuts", target, position);
  const tuning = startTuning(target.dim, stepSize, warmup > 0);
  return {
    position,
    logDensity: value,
    gradient: requireGradient("nuts", target, grad),
    steps: 0,
    tuning: Array.from({ length: position.n }, () => tuning),
    depth: new Uint8Array(position.n),
  };
}

function step(
  key: Key,
  state: NutsState,
  { target, settings }: { readonly target: LogDensity; readonly settings: Settings },
): ReturnType<Kernel<NutsState>["step"]> {
  const [forSearch, forTrees] = split(key, 2);
  const isWarm = state.steps < settings.warmup;
  const found = findSteps(forSearch, target, state);
  const trees = found.tuning.map((tuning, c) =>
    new NutsTree(stream(foldIn(forTrees, c)), phaseOf(state, c), {
      size: Math.exp(isWarm ? tuning.averaging.logStep : tuning.averaging.logMean),
      metric: tuning.metric,
      maxDepth: settings.maxDepth,
    })
  );
  const calls = grow(target, trees);
  const moved = gather(state, trees);
  const tuning = isWarm
    ? trees.map((tree, c) => adapt(found.tuning[c]!, tree, { step: state.steps, ...settings }))
    : found.tuning;
  return [{ ...moved, tuning }, {
    acceptance: trees.reduce((sum, tree) => sum + tree.acceptance, 0) / trees.length,
    evaluations: found.evaluations + calls,
    divergences: trees.filter((tree) => tree.diverged).length,
  }];
}

/** Serves all trees until the last one is done; returns the number of calls. */
function grow(target: LogDensity, trees: readonly NutsTree[]): number {
  const { dim } = target;
  const buffer = zeros(trees.length, dim);
  let chains = Array.from(trees.keys());
  let calls = 0;
  for (; chains.length > 0; calls++) {
    chains.forEach((c, i) => trees[c]!.propose(buffer, i));
    const n = chains.length;
    const { value, grad } = target.evaluate({ data: buffer.data.subarray(0, n * dim), n, dim }, { chains });
    chains.forEach((c, i) => trees[c]!.receive(value[i]!, grad!.slice(i * dim, (i + 1) * dim)));
    chains = chains.filter((c) => !trees[c]!.done);
  }
  return calls;
}

function phaseOf({ position, logDensity, gradient }: NutsState, c: number) {
  return {
    position: row(position, c).slice(),
    logDensity: logDensity[c]!,
    gradient: gradient.slice(c * position.dim, (c + 1) * position.dim),
  };
}

function gather(state: NutsState, trees: readonly NutsTree[]): NutsState {
  const { n, dim } = state.position;
  const position = zeros(n, dim);
  const gradient = new Float64Array(n * dim);
  trees.forEach(({ proposal }, c) => {
    row(position, c).set(proposal.position);
    gradient.set(proposal.gradient, c * dim);
  });
  return {
    ...state,
    position,
    gradient,
    logDensity: Float64Array.from(trees, (tree) => tree.proposal.logDensity),
    depth: Uint8Array.from(trees, (tree) => tree.depth),
    steps: state.steps + 1,
  };
}

/** Learns from one trajectory of one chain. */
function adapt(
  tuning: NutsTuning,
  { acceptance, proposal }: NutsTree,
  { step, plan, metric, targetAcceptance }: Settings & { readonly step: number },
): NutsTuning {
  const averaging = average(tuning.averaging, acceptance, targetAcceptance);
  if (!plan.gathers(step)) return { ...tuning, averaging };
  const dim = proposal.position.length;
  const moments = addRows(tuning.moments, { data: proposal.position, n: 1, dim });
  if (!plan.endsWindow(step)) return { ...tuning, averaging, moments };
  return {
    metric: metricFrom(moments, metric),
    averaging: startAveraging(Math.exp(averaging.logMean)),
    moments: noMoments(dim),
    isSearching: true,
  };
}
