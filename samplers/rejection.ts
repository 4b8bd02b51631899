/**
 * Rejection sampling: exact draws, as far as the bound is one.
 *
 * @module
 */

import { log } from "@likely/core/elementary";
import {
  type Draws,
  foldIn,
  type Key,
  type LogDensity,
  type Points,
  row,
  soundValue,
  split,
  stream,
  type Support,
  unconstrain,
} from "@likely/core";
import { breathe } from "./_breathe.ts";
import { requireInteger, requirePositive } from "@likely/core/check";
import { countCalls } from "./_count_calls.ts";
import { maximise } from "./_maximise.ts";
import { drawIn, rescaled } from "./_spread.ts";
import { startPositions } from "./_start_positions.ts";
import { unbounded } from "./_unbounded.ts";
import type { Proposal } from "./importance.ts";

/** Options of {@linkcode rejection}. */
export interface RejectionOptions {
  /**
   * Draws wanted.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Rows proposed in one call of `evaluate`.
   *
   * @default {1000}
   */
  readonly batch?: number;
  /**
   * Most time to spend; afterwards what was accepted is returned, with a warning.
   *
   * @default {60}
   */
  readonly seconds?: number;
  /**
   * Searches for the largest ratio.
   *
   * @default {10}
   */
  readonly starts?: number;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A proposal that knows where its rows lie; every `Prior` is one. */
export interface BoundedProposal extends Proposal {
  /** One open interval per column. */
  readonly support: Support;
}

// The search may stop a little below the top: a twentieth more than it found.
const MARGIN = log(1.05);

/**
 * Samples by rejection: a row of the proposal q is kept with probability `p(θ) / (M q(θ))`, with
 * M the largest ratio, found by climbing from many starts.
 *
 * The draws are independent and exact if M is a bound. A row that exceeds it shows that it was
 * none: M is then raised and what was kept before thinned to match, and a warning tells. The
 * same key gives the same draws, unless time runs out.
 *
 * Source: von Neumann (1951); the raised bound from Caffo, Booth & Davis (2002), "Empirical
 * supremum rejection sampling".
 *
 * @param key The key to consume.
 * @param target The unnormalised log density p of θ in nats.
 * @param proposal The distribution q: a prior, say; its tails must cover the target's.
 * @param options How many, how long.
 * @returns The draws, one chain, possibly fewer than wanted (then with a warning); `info` has
 * `acceptance`, `logBound` (log M) and `seconds`.
 * @throws {RangeError} If an option is out of range, or fewer than `starts` of 1,000 rows have a
 * density above 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, numericDensity, uniform } from "@likely/core";
 * import { rejection } from "@likely/samplers";
 *
 * const target = numericDensity("triangle", 1, ([t]) => Math.log(1 - Math.abs(t!)));
 * const draws = await rejection(key(0), target, independent({ t: uniform(-1, 1) }));
 * assertEquals([draws.length, draws.warnings], [1000, []]);
 * ```
 */
export async function rejection(
  key: Key,
  target: LogDensity,
  proposal: BoundedProposal,
  options: RejectionOptions = {},
): Promise<Draws> {
  const { draws = 1000, batch = 1000, seconds = 60, starts = 10, signal } = options;
  requireInteger("sample by rejection", "draws", draws, 1);
  requireInteger("sample by rejection", "batch", batch, 1);
  requirePositive("sample by rejection", "seconds", seconds);
  requireInteger("sample by rejection", "starts", starts, 1);
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const [forBound, forRows] = split(key, 2);
  const counted = countCalls(target);
  const ratio = ratioOf(counted, proposal);
  let logBound = findBound(forBound, ratio, proposal, starts);
  let kept: Candidate[] = [];
  let [batches, raised] = [0, 0];
  while (kept.length < draws && elapsed() < seconds) {
    const found = propose(foldIn(forRows, batches++), ratio, proposal, batch);
    const high = found.reduce((top, { logRatio }) => Math.max(top, logRatio), logBound);
    if (high > logBound) raised++;
    logBound = high;
    // Accepted means below the curve; a higher bound moves the curve down for all alike.
    kept = [...kept, ...found].filter(({ logRatio, logHeight }) => logHeight < logRatio - logBound);
    await breathe(signal);
  }
  const length = Math.min(kept.length, draws);
  return {
    names: proposal.names,
    chains: 1,
    length,
    values: Float64Array.from(kept.slice(0, length).flatMap(({ theta }) => Array.from(theta))),
    info: {
      sampler: "rejection",
      target: target.name,
      evaluations: counted.calls(),
      acceptance: kept.length / Math.max(batches * batch, 1),
      logBound,
      seconds: elapsed(),
    },
    warnings: [...counted.warnings(), ...warningsOf({ length, draws, seconds, raised })],
  };
}

/** A proposed row with the uniform that decides about it. */
interface Candidate {
  readonly theta: Float64Array;
  readonly logRatio: number;
  /** Log of a uniform. */
  readonly logHeight: number;
}

function propose(key: Key, ratio: LogDensity, proposal: Proposal, n: number): Candidate[] {
  const [forTheta, forHeight] = split(key, 2);
  const theta = proposal.sample(forTheta, n);
  const { value } = ratio.evaluate(theta);
  const random = stream(forHeight);
  return Array.from(value, (logRatio, i) => ({
    theta: row(theta, i),
    logRatio,
    logHeight: log(1 - random.uniform()),
  }));
}

/** Log target minus log proposal. */
function ratioOf(target: LogDensity, proposal: Proposal): LogDensity {
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (theta: Points) => {
      const drawn = proposal.logDensity(theta);
      const { value } = target.evaluate(theta, { gradient: false });
      return { value: value.map((v, i) => soundValue(v - drawn[i]!)) };
    },
  };
}

function findBound(key: Key, ratio: LogDensity, proposal: BoundedProposal, starts: number): number {
  // Without a density of the pool, starts are chosen by the ratio itself: near its top.
  const { names, support } = proposal;
  const start = { names, support, sample: (k: Key, n: number) => proposal.sample(k, n) };
  const { position, spread } = startPositions(key, ratio, start, { chains: starts });
  const walked = rescaled(unbounded(ratio, support), spread);
  const peaks = maximise(walked, drawIn(unconstrain(support, position), spread), 200);
  return peaks.reduce((high, { value }) => Math.max(high, value), -Infinity) + MARGIN;
}

function warningsOf(
  { length, draws, seconds, raised }: {
    readonly length: number;
    readonly draws: number;
    readonly seconds: number;
    readonly raised: number;
  },
): string[] {
  return [
    ...(length < draws
      ? [`Time ran out after ${seconds} seconds: ${length} of ${draws} draws were accepted`]
      : []),
    ...(raised > 0 ? [`The bound was exceeded ${raised} times and raised: it may still be too low`] : []),
  ];
}
