/**
 * The No-U-Turn sampler, all chains in one call.
 *
 * @module
 */

import {
  foldIn,
  type Kernel,
  type KernelInfo,
  type KernelState,
  type LogDensity,
  type Points,
  row,
  zeros,
} from "@likely/core";
import { requireFraction, requireInteger, requirePositive } from "@likely/core/check";
import type { Metric } from "./_metric.ts";
import { NutsChain, type NutsSettings } from "./_nuts_chain.ts";
import type { NutsChainState } from "./_nuts_chain_state.ts";
import { NutsTree } from "./_nuts_tree.ts";
import { type NutsTuning, startTuning } from "./_nuts_tuning.ts";
import { requireGradient } from "./_require_gradient.ts";
import { runAhead, type Span } from "./_run_ahead.ts";
import { sound } from "./_sound.ts";
import { stanWindows } from "./_stan_windows.ts";
import { evaluateStart } from "./_start.ts";

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

/**
 * Builds the multinomial No-U-Turn sampler, as Stan has it: a trajectory of the Hamiltonian
 * `H = −log p(x) + |r|²/2` is doubled forwards or backwards in time until it, or a subtree,
 * turns around (the sum of momenta no longer points along both ends), and the next position
 * is drawn from its points in proportion to `exp(−H)`.
 *
 * During warm-up each chain learns its own step size, by dual averaging, and its own metric,
 * in Stan's windows; a chain's draws therefore do not depend on those beside it. All chains
 * that are still building take their next leapfrog step in one call of `evaluate`. A `step` alone
 * costs as many calls as its longest trajectory has points; in a `walk`, chains go on to their next
 * trajectory at once, and a step costs about as many calls as a trajectory has on average.
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
  const walked = sound(target);
  // Trees go from run to run: their memory costs more to make than a trajectory to walk.
  const idle: NutsTree[] = [];
  const settings = { warmup, maxDepth, targetAcceptance, plan: stanWindows(warmup), idle };
  return {
    name: "nuts",
    init: (_key, position) =>
      firstState(walked, position, startTuning(target.dim, { stepSize, metric, warmup })),
    step: (key, state) => {
      const [only] = advance(walked, state, { ...settings, steps: 1, keyOf: () => key });
      return only!;
    },
    walk: (key, state, steps) =>
      advance(walked, state, { ...settings, steps, keyOf: (step) => foldIn(key, step) }),
  };
}

function firstState(target: LogDensity, position: Points, tuning: NutsTuning): NutsState {
  const { value, grad } = evaluateStart("nuts", target, position);
  return {
    position,
    logDensity: value,
    gradient: requireGradient("nuts", target, grad),
    steps: 0,
    tuning: Array.from({ length: position.n }, () => tuning),
    depth: new Uint8Array(position.n),
  };
}

function* advance(
  target: LogDensity,
  state: NutsState,
  run: NutsSettings & Span & { readonly maxDepth: number; readonly idle: NutsTree[] },
): Generator<[NutsState, KernelInfo], void, void> {
  const { n, dim } = state.position;
  const trees = Array.from({ length: n }, () => run.idle.pop() ?? new NutsTree(dim, run.maxDepth));
  const chains = trees.map((tree, c) => new NutsChain(c, { state: chainOf(state, c), tree }, run));
  for (const { results, evaluations } of runAhead(target, chains, { ...run, rows: 1, gradient: true })) {
    const acceptance = results.reduce((sum, result) => sum + result.acceptance, 0) / results.length;
    const divergences = results.filter(({ diverged }) => diverged).length;
    yield [gather(results), { acceptance, evaluations, divergences }];
  }
  for (const tree of trees) run.idle.push(tree);
}

/** What concerns chain c. */
function chainOf({ position, logDensity, gradient, steps, tuning, depth }: NutsState, c: number) {
  return {
    position: row(position, c),
    logDensity: logDensity[c]!,
    gradient: gradient.subarray(c * position.dim, (c + 1) * position.dim),
    steps,
    tuning: tuning[c]!,
    depth: depth[c]!,
    acceptance: 0,
    diverged: false,
  };
}

function gather(chains: readonly NutsChainState[]): NutsState {
  const [{ position: { length: dim }, steps }] = chains as [NutsChainState];
  const position = zeros(chains.length, dim);
  const gradient = new Float64Array(chains.length * dim);
  chains.forEach((chain, c) => {
    position.data.set(chain.position, c * dim);
    gradient.set(chain.gradient, c * dim);
  });
  return {
    position,
    gradient,
    logDensity: Float64Array.from(chains, (chain) => chain.logDensity),
    depth: Uint8Array.from(chains, (chain) => chain.depth),
    tuning: chains.map((chain) => chain.tuning),
    steps,
  };
}
