/**
 * Delayed acceptance: a cheap density screens proposals for an exact one.
 *
 * @module
 */

import { exp } from "@likely/core/elementary";
import {
  gatherRows,
  type Kernel,
  type KernelState,
  type Key,
  type LogDensity,
  type Points,
  row,
  split,
} from "@likely/core";
import { acceptRows } from "./_accept.ts";
import { requireInteger } from "@likely/core/check";
import { sound } from "./_sound.ts";
import { evaluateStart } from "./_start.ts";
import { randomWalk, type RandomWalkOptions, type RandomWalkState } from "./random_walk.ts";

/** Options of {@linkcode delayedAcceptance}; those of the random walk are for the screen. */
export interface DelayedAcceptanceOptions extends RandomWalkOptions {
  /**
   * Random-walk steps on the screen for one decision by the target.
   *
   * @default {1}
   */
  readonly screenSteps?: number;
}

/** What {@linkcode delayedAcceptance} carries from step to step. */
export interface DelayedAcceptanceState extends KernelState {
  /** The walk on the screen. */
  readonly walk: RandomWalkState;
}

/**
 * Builds a two-stage sampler: a random walk moves on a cheap density q (a surrogate), and where
 * it ends the exact density p decides, with probability
 * `min(1, p(x′) q(x) / (p(x) q(x′)))`. Exact for any q that is positive where p is; fast where q
 * is close to p. The target is asked only about chains that moved.
 *
 * Source: Christen & Fox (2005), https://doi.org/10.1198/106186005X76983; several steps as in
 * Liu (2001), "surrogate transition".
 *
 * @param target The exact density.
 * @param screen The cheap density of the same x.
 * @param options Of the walk.
 * @returns The kernel. `acceptance` is the target's, moved chains only; `evaluations` counts the
 * target's calls alone.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If the densities differ in width.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key, numericDensity } from "@likely/core";
 * import { delayedAcceptance } from "@likely/samplers";
 *
 * const exact = numericDensity("exact", 1, ([x]) => -0.5 * x! ** 2);
 * const cheap = numericDensity("cheap", 1, ([x]) => -0.4 * x! ** 2);
 * const kernel = delayedAcceptance(exact, cheap);
 * const [, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assert(info.evaluations <= 1);
 * ```
 */
export function delayedAcceptance(
  target: LogDensity,
  screen: LogDensity,
  options: DelayedAcceptanceOptions = {},
): Kernel<DelayedAcceptanceState> {
  const { screenSteps = 1, ...walkOptions } = options;
  requireInteger("build delayed acceptance", "screenSteps", screenSteps, 1);
  if (target.dim !== screen.dim) {
    throw new TypeError(
      `Cannot build delayed acceptance as screen must have width ${target.dim}: current value is ${screen.dim}`,
    );
  }
  const exact = sound(target);
  const kernel = randomWalk(screen, walkOptions);
  return {
    name: "delayed_acceptance",
    init: (key, position) => ({
      position,
      logDensity: evaluateStart("delayed_acceptance", exact, position, { gradient: false }).value,
      walk: kernel.init(key, position),
    }),
    step: (key, state) => {
      const [forWalk, forChoice] = split(key, 2);
      const walk = split(forWalk, screenSteps).reduce((s, k) => kernel.step(k, s)[0], state.walk);
      return decide(forChoice, exact, state, walk);
    },
  };
}

function decide(
  key: Key,
  target: LogDensity,
  { position, logDensity, walk: before }: DelayedAcceptanceState,
  walk: RandomWalkState,
): ReturnType<Kernel<DelayedAcceptanceState>["step"]> {
  const chains = movedRows(position, walk.position);
  const proposed = logDensity.slice();
  if (chains.length > 0) {
    const { value } = target.evaluate(gatherRows(walk.position, chains), { gradient: false, chains });
    chains.forEach((c, i) => proposed[c] = value[i]!);
  }
  const gain = proposed.map((v, c) => (v - logDensity[c]!) - (walk.logDensity[c]! - before.logDensity[c]!));
  // What did not move is accepted, whatever its densities: there is nothing to decide.
  const { accepted } = acceptRows(key, gain);
  const at = accepted.pick(position, walk.position);
  const screened = accepted.pickValues(before.logDensity, walk.logDensity);
  const rates = chains.map((c) => Number.isNaN(gain[c]!) ? 0 : Math.min(1, exp(gain[c]!)));
  return [{
    position: at,
    logDensity: accepted.pickValues(logDensity, proposed),
    walk: { ...walk, position: at, logDensity: screened },
  }, {
    acceptance: rates.length === 0 ? 1 : rates.reduce((a, b) => a + b) / rates.length,
    evaluations: chains.length > 0 ? 1 : 0,
    divergences: 0,
  }];
}

function movedRows(from: Points, to: Points): number[] {
  return Array.from({ length: from.n }, (_, c) => c).filter((c) => {
    const before = row(from, c);
    return row(to, c).some((x, j) => x !== before[j]);
  });
}
