/**
 * Simulated observations of the Hodgkin–Huxley task.
 *
 * @module
 */

import { foldIn, gatherRows, type Key, type Points, points, row, split, zeros } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { hodgkinHuxley } from "./hodgkin_huxley.ts";

/** Observations whose parameters are known. */
export interface HodgkinHuxleyObservations {
  /** `[n, 8]`. */
  readonly theta: Points;
  /** `[n, 7]`. */
  readonly x: Points;
}

/**
 * Simulates observations of neurons that fire as recorded ones do: the first `n` draws of the prior
 * with more than 5 and fewer than 40 spikes, about one in ten.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208, who make their
 * well-specified observations so.
 *
 * @param key The key to consume; a longer list begins with the shorter one.
 * @param n How many.
 * @returns Parameters and statistics.
 * @throws {RangeError} If `n` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { hodgkinHuxleyObservations } from "@likely/simulators";
 *
 * const { x } = hodgkinHuxleyObservations(key(0), 1);
 * assert(x.data[0]! > 5 && x.data[0]! < 40);
 * ```
 */
export function hodgkinHuxleyObservations(key: Key, n: number): HodgkinHuxleyObservations {
  requireInteger("simulate observations", "n", n, 1);
  const { prior, simulator } = hodgkinHuxley();
  const kept = { theta: zeros(n, simulator.thetaDim), x: zeros(n, simulator.xDim) };
  let found = 0;
  for (let i = 0; found < n; i++) {
    const [forTheta, forX] = split(foldIn(key, i), 2);
    const theta = prior.sample(forTheta, 1);
    const x = simulator.simulate(forX, theta);
    if (hodgkinHuxleyTargets(x).n === 0) continue;
    row(kept.theta, found).set(theta.data);
    row(kept.x, found++).set(x.data);
  }
  return kept;
}

/**
 * Keeps the rows with more than 5 and fewer than 40 spikes: the data that the original study
 * teaches a cost network to be asked about.
 *
 * @param x `[n, 7]`.
 * @returns The rows that fire so, in order; possibly none.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { hodgkinHuxleyTargets } from "@likely/simulators";
 *
 * const x = fromRows([[0, -80, 0.1, -60, 1, 0, 3], [12, -80, 0.1, -60, 100, 5, 40]]);
 * assertEquals(hodgkinHuxleyTargets(x).n, 1);
 * ```
 */
export function hodgkinHuxleyTargets(x: Points): Points {
  const count = (i: number) => x.data[i * x.dim]!;
  const indices = Array.from({ length: x.n }, (_, i) => i).filter((i) => count(i) > 5 && count(i) < 40);
  return indices.length > 0 ? gatherRows(x, indices) : points(new Float64Array(0), x.dim);
}
