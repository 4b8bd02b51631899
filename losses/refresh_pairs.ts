/**
 * More parameters for every simulation, by scores alone.
 *
 * @module
 */

import {
  constrain,
  type Dataset,
  type Key,
  type LogDensity,
  type Points,
  type Prior,
  type Simulator,
  stream,
  unconstrain,
  unconstrained,
  zeros,
} from "@likely/core";
import { requireColumns, requireInteger, requirePositive, requireRows } from "@likely/core/check";
import { moveChains, openChains } from "./_langevin.ts";

/** What {@linkcode refreshPairs} needs to know, and can be told. */
export interface RefreshPairsOptions {
  /** The prior that θ was drawn from. */
  readonly prior: Prior;
  /** The exact score ∇θ log p(x | θ), row by row, at any θ: a simulator's `score`. */
  readonly score: NonNullable<Simulator["score"]>;
  /**
   * Parameters for each x, its own included.
   *
   * @default {50_000 / n, but at least 2 and at most 16}
   */
  readonly variants?: number;
  /**
   * Moves from one to the next. A move takes two scores a row.
   *
   * @default {3}
   */
  readonly moves?: number;
  /**
   * Length of the longest moves, in units of a typical posterior's width; the shortest are a
   * quarter of it.
   *
   * @default {1.8}
   */
  readonly stepSize?: number;
  /**
   * Told after every move of all rows.
   *
   * @default {undefined}
   */
  readonly onProgress?: (progress: RefreshProgress) => void;
  /**
   * Stops after the move under way: the call rejects with its reason.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal;
}

/** How far refreshing has come. */
export interface RefreshProgress {
  /** Moves of all rows made. */
  readonly done: number;
  /** Moves of all rows to make. */
  readonly total: number;
}

/** Several pairs for each simulated x. */
export interface RefreshedPairs {
  /** `[variants · n, d]`: variant v of row i is row `v · n + i`; variant 0 is what was simulated. */
  readonly theta: Points;
  /** `[variants · n, d]`: the scores there. */
  readonly score: Points;
  /** Parameters for each x. */
  readonly variants: number;
  /** Share of the moves that were accepted. */
  readonly acceptance: number;
}

/**
 * Finds further parameters for every simulated x, without simulating: draws (θ', x) from the same
 * p(θ, x) that the simulations (θ, x) are from.
 *
 * θ is an exact draw from p(θ | x) for its own x. A Markov move that leaves p(θ | x) as it is
 * turns it into another: no chain has to warm up. Moves need the score alone, at the new θ and
 * half way: they are Langevin steps in the prior's unconstrained space, preconditioned by the mean
 * outer product of the slopes, and accepted by the work along the way,
 * `log p(θ' | x) − log p(θ | x) ≈ Δ · (s(θ) + 4 s(½) + s(θ')) / 6` (Simpson's rule, prior included),
 * whose error is of fifth order in the length of the move. Neighbouring variants are correlated,
 * which costs variety and no correctness.
 *
 * What a network could learn by heart, which θ goes with which x, is no longer there; what is left
 * to learn from other simulations is how x differs from x. So this helps most where simulations are
 * few. It costs about `(2 · moves + 1) · variants · n` scores, on this thread, which is free for a
 * moment after every move.
 *
 * Not with joint scores (`Simulator.simulateScored`): they have the score as their mean at the θ that
 * made x, not at another. Nor with θ drawn from anything but the prior.
 *
 * Source: Langevin proposals with Metropolis' correction, Roberts & Tweedie (1996); that a
 * simulation begins in its own posterior, Talts et al. (2018), https://arxiv.org/abs/1804.06788.
 * Refreshing training pairs, and acceptance by work, are ours.
 *
 * @param key The key to consume.
 * @param data Simulated pairs; their scores, if any, are not used.
 * @param options Prior, score, how many.
 * @returns The pairs; see {@linkcode refreshed} for training on them.
 * @throws {TypeError} If the prior has another width than θ.
 * @throws {RangeError} If a number is out of range, a θ is outside the prior's support, or its score is
 * not finite.
 * @throws The reason of the signal, if it stops the call.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, fromRows, independent, key, normal, simulate, simulator } from "@likely/core";
 * import { refreshPairs } from "@likely/losses";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const noisy = simulator({
 *   name: "noisy",
 *   thetaDim: 1,
 *   xDim: 1,
 *   simulate: (random, [mu]) => [drawNormal(random, mu)],
 *   score: ([mu], [x]) => [x! - mu!],
 * });
 * const data = await simulate(key(0), { prior, simulator: noisy }, 100);
 * const pairs = await refreshPairs(key(1), data, { prior, score: noisy.score!, variants: 4 });
 * assertEquals([pairs.theta.n, pairs.score.n], [400, 400]);
 * ```
 */
export async function refreshPairs(
  key: Key,
  data: Dataset,
  options: RefreshPairsOptions,
): Promise<RefreshedPairs> {
  const { n, dim } = data.theta;
  const {
    prior,
    score,
    variants = Math.max(2, Math.min(16, Math.round(5e4 / n))),
    moves = 3,
    stepSize = 1.8,
    onProgress,
    signal,
  } = options;
  requireColumns(ACTION, "theta", data.theta, prior.dim);
  requireRefreshing({ variants, moves, stepSize });
  const random = stream(key);
  const target = unconstrained(posterior(prior, (theta) => score(theta, data.x)), prior.support);
  const chains = openChains(target, unconstrain(prior.support, data.theta));
  const pairs = { theta: zeros(variants * n, dim), score: zeros(variants * n, dim) };
  const keep = (variant: number, theta: Points) => {
    const scores = score(theta, data.x);
    requireRows(ACTION, "score", scores, 1);
    pairs.theta.data.set(theta.data, variant * n * dim);
    pairs.score.data.set(scores.data, variant * n * dim);
  };
  keep(0, data.theta);
  const total = moves * (variants - 1);
  let accepted = 0;
  for (let done = 1; done <= total; done++) {
    // Whoever wants to stop this must have a chance to say so.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    // Short moves for sharp posteriors, long ones for wide ones.
    accepted += moveChains(random, target, chains, stepSize * 4 ** (random.uniform() - 1));
    if (done % moves === 0) keep(done / moves, constrain(prior.support, chains.at));
    onProgress?.({ done, total });
  }
  return { ...pairs, variants, acceptance: accepted / (n * total) };
}

const ACTION = "refresh pairs";

/**
 * Checks options of {@linkcode refreshPairs} before there are pairs.
 *
 * @param options The numbers that are given.
 * @throws {RangeError} If one is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireRefreshing } from "@likely/losses";
 *
 * assertThrows(() => requireRefreshing({ variants: 1 }), RangeError, "variants");
 * ```
 */
export function requireRefreshing(
  options: Pick<RefreshPairsOptions, "variants" | "moves" | "stepSize">,
): void {
  const { variants, moves, stepSize } = options;
  if (variants !== undefined) requireInteger(ACTION, "variants", variants, 2);
  if (moves !== undefined) requireInteger(ACTION, "moves", moves, 1);
  if (stepSize !== undefined) requirePositive(ACTION, "stepSize", stepSize);
}

/** The posteriors of all rows at once. Their values are not known: 0, or −∞ where a slope is not finite. */
function posterior(prior: Prior, score: (theta: Points) => Points): LogDensity {
  return {
    name: "posterior",
    dim: prior.dim,
    evaluate: (theta) => {
      const own = prior.score(theta).data;
      const grad = score(theta).data.map((value, k) => value + own[k]!);
      const value = new Float64Array(theta.n);
      grad.forEach((slope, k) => Number.isFinite(slope) || (value[Math.floor(k / theta.dim)] = -Infinity));
      return { value, grad };
    },
  };
}
