/**
 * The most probable parameters, from many starts.
 *
 * @module
 */

import { constrain, type Key, type LogDensity, type Points, row, unconstrain, zeros } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { countCalls } from "./_count_calls.ts";
import { maximise, type Peak } from "./_maximise.ts";
import { startPositions } from "./_start_positions.ts";
import { unbounded } from "./_unbounded.ts";
import type { Start } from "./sample.ts";

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

// Searches that end closer than this, relative to the size of z, found the same peak.
const SAME = 1e-2;

/**
 * Finds the maximum of a log density of θ, the maximum a posteriori where it is a posterior,
 * and the other peaks met on the way.
 *
 * Searches run by L-BFGS in unconstrained coordinates, all of them in each call of `evaluate`;
 * the log-Jacobian is left out, so that peaks are those of the density of θ. Without a gradient
 * central differences are used. A density that rises towards the edge of its support has no
 * peak there; the search ends close to the edge.
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
  const z = unconstrain(start.support, from.position);
  const peaks = maximise(unbounded(counted, start.support), z, iterations);
  const groups = group(peaks.toSorted((a, b) => b.value - a.value));
  const modes = groups.map(({ peak, starts }) => ({
    theta: toTheta(peak, start),
    logDensity: peak.value,
    starts,
  }));
  const unfinished = peaks.filter((peak) => !peak.isConverged).length;
  const warnings = [
    ...counted.warnings(),
    ...(unfinished === 0
      ? []
      : [`${unfinished} of ${peaks.length} searches were stopped after ${iterations} iterations`]),
  ];
  return { ...modes[0]!, modes, evaluations: counted.calls(), warnings };
}

function toTheta({ position }: Peak, { support }: Start): Float64Array {
  const z = zeros(1, position.length);
  row(z, 0).set(position);
  return constrain(support, z).data;
}

/** Peaks of one place together, the highest for all. */
function group(peaks: readonly Peak[]): { readonly peak: Peak; readonly starts: number }[] {
  const groups: { peak: Peak; starts: number }[] = [];
  for (const peak of peaks) {
    const known = groups.find((one) => isSame(one.peak, peak));
    if (known) known.starts++;
    else groups.push({ peak, starts: 1 });
  }
  return groups;
}

function isSame(a: Peak, b: Peak): boolean {
  return a.position.every((z, j) => Math.abs(z - b.position[j]!) <= SAME * (1 + Math.abs(z)));
}
