/**
 * The most probable parameters, from many starts.
 *
 * @module
 */

import { constrain, type Key, type LogDensity, type Points, row, unconstrain, zeros } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { countCalls } from "./_count_calls.ts";
import { maximise, type Peak } from "./_maximise.ts";
import { type Edge, edgesOf, groupPeaks, isNeedle } from "./_peaks.ts";
import { drawIn, rescaled, spreadOut } from "./_spread.ts";
import { startPositions } from "./_start_positions.ts";
import { unbounded } from "./_unbounded.ts";
import type { Start } from "./sample_options.ts";

/** Options of {@linkcode map}. */
export interface MapOptions {
  /**
   * Searches, from draws of `start` chosen by the target's density.
   *
   * @default {20}
   */
  readonly starts?: number;
  /**
   * Draws of `start` that they are chosen from.
   *
   * @default {1000}
   */
  readonly pool?: number;
  /**
   * Most steps uphill of one search.
   *
   * @default {500}
   */
  readonly iterations?: number;
  /** `[starts, d]`, in θ: where to start instead. */
  readonly position?: Points;
}

/** One peak of the density. */
export interface Mode {
  /** `[d]`. */
  readonly theta: Float64Array;
  /** The target there, in nats. */
  readonly logDensity: number;
  /** Searches that ended here. */
  readonly starts: number;
}

/** What {@linkcode map} returns. */
export interface MapResult extends Mode {
  /** All peaks found, the highest first; the result itself is the first of them. */
  readonly modes: readonly Mode[];
  /** Calls of `LogDensity.evaluate`. */
  readonly evaluations: number;
  /** What a reader should worry about. */
  readonly warnings: readonly string[];
}

/** A step that gains more, in nats, still rises. */
const RISING = 1e-3;

/**
 * Finds the maximum of a log density of θ, the maximum a posteriori where it is a posterior,
 * and the other peaks met on the way.
 *
 * Searches run by L-BFGS in unconstrained coordinates, all of them in each call of `evaluate`;
 * the log-Jacobian is left out, so that peaks are those of the density of θ. Without a gradient
 * central differences are used. Coordinates have the spread of `start`'s draws for a unit, what is
 * left to gain is measured in nats, and two searches found one peak where no valley is between
 * their ends: units do not matter. A density that rises towards an edge of its support, or for ever,
 * has no peak there: the search ends close to the edge or far out, and a warning tells.
 *
 * Source: Nocedal & Wright (2006), "Numerical optimization", alg. 7.4.
 *
 * @param key The key to consume.
 * @param target The unnormalised log density in nats.
 * @param start Names, support and starting draws: a prior.
 * @param options How many searches.
 * @returns The highest peak and the list of all.
 * @throws {RangeError} If an option is out of range or searches find no place to start.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { independent, key, normal, numericDensity } from "@likely/core";
 * import { map } from "@likely/samplers";
 *
 * const target = numericDensity("hill", 1, ([t]) => -((t! - 3) ** 2));
 * assertAlmostEquals(map(key(0), target, independent({ t: normal(0, 5) })).theta[0]!, 3, 1e-5);
 * ```
 */
export function map(key: Key, target: LogDensity, start: Start, options: MapOptions = {}): MapResult {
  const { starts = 20, pool = 1000, iterations = 500, position } = options;
  requireInteger("find a mode", "starts", starts, 1);
  requireInteger("find a mode", "iterations", iterations, 1);
  const counted = countCalls(target);
  const from = startPositions(key, counted, start, {
    chains: starts,
    pool: Math.max(pool, starts),
    ...(position && { position }),
  });
  const { spread } = from;
  const walked = rescaled(unbounded(counted, start.support), spread);
  const z = drawIn(unconstrain(start.support, from.position), spread);
  const peaks = maximise(walked, z, iterations).toSorted((a, b) => b.value - a.value);
  const groups = groupPeaks(walked, peaks);
  const modes = groups.map(({ peak, starts }) => ({
    theta: toTheta(peak, start, spread),
    logDensity: peak.value,
    starts,
  }));
  const edges = groups.map(({ peak }) => edgesOf(walked, peak, start.support, spread));
  const warnings = [
    ...counted.warnings(),
    ...unfinishedWarnings(peaks, iterations),
    ...edgeWarnings(edges, start.names),
    ...needleWarnings(groups.map(({ peak }) => isNeedle(walked, peak))),
  ];
  return { ...modes[0]!, modes, evaluations: counted.calls(), warnings };
}

function toTheta({ position }: Peak, { support }: Start, spread: Float64Array): Float64Array {
  const w = zeros(1, position.length);
  row(w, 0).set(position);
  return constrain(support, spreadOut(w, spread)).data;
}

function unfinishedWarnings(peaks: readonly Peak[], iterations: number): string[] {
  const unfinished = peaks.filter((peak) => !peak.isConverged);
  if (unfinished.length === 0) return [];
  const stopped =
    `${unfinished.length} of ${peaks.length} searches were stopped after ${iterations} iterations`;
  const rising = unfinished.filter(({ gain }) => gain > RISING);
  if (rising.length === 0) return [stopped];
  const most = rising.reduce((high, { gain }) => Math.max(high, gain), 0);
  return [
    `${stopped}; the last step of ${rising.length} still gained, up to ${most.toPrecision(2)} nats: ` +
    `take more iterations, unless the density is unbounded`,
  ];
}

function needleWarnings(needles: readonly boolean[]): string[] {
  const found = needles.filter(Boolean).length;
  if (found === 0) return [];
  return [
    `${found} of ${needles.length} peaks${
      needles[0] ? ", the highest among them," : ""
    } are narrower than 1e-8 of ` +
    `the spread of the starting draws: a pole or noise, unless those are so much wider than a peak`,
  ];
}

function edgeWarnings(edges: readonly (readonly Edge[])[], names: readonly string[]): string[] {
  const [first, ...others] = edges.map((all) =>
    all.map(({ column, end }) =>
      `${names[column]} → ${end === -Infinity ? "−∞" : end === Infinity ? "∞" : end}`
    )
  );
  const lower = others.filter((all) => all.length > 0).length;
  return [
    ...(first!.length > 0
      ? [`The highest point is no peak: the density does not fall on the way to ${first!.join(", ")}`]
      : []),
    ...(lower > 0
      ? [`${lower} of ${others.length} lower peaks are at an edge of the support, or on a plateau`]
      : []),
  ];
}
