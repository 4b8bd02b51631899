/**
 * Observations to test generalized inference on: such as the model makes, and such as it cannot.
 *
 * @module
 */

import { foldIn, type Key, type Points, row, split, type Stream, stream, zeros } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import type { CostTask } from "./cost_task.ts";

/** Options of {@linkcode observations}. */
export interface ObservationsOptions {
  /**
   * How many.
   *
   * @default {10}
   */
  readonly n?: number;
  /**
   * Whether they are to be outside what the model can explain.
   *
   * @default {false}
   */
  readonly misspecified?: boolean;
}

// The paper's numbers: simulations to learn the data's range from, and steps in sds and number.
const RANGE_ROWS = 100_000;
const STEP = 0.5;
const MAX_STEPS = 10_000;

/**
 * Draws observations of a cost task.
 *
 * Well-specified ones are simulated at draws of the prior. Misspecified ones come from the task's
 * contaminated simulator where it has one; otherwise each begins at a simulated row and walks, in
 * every column at once by half a standard deviation up or down, until any column is outside the
 * range of 100,000 simulations.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208.
 *
 * @param key The key to consume.
 * @param task The task.
 * @param options How many, and of which kind.
 * @returns `[n, p]`.
 * @throws {RangeError} If `n` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { observations, uniform1d } from "@likely/simulators";
 *
 * // No parameter brings the curve further down than −0.58 or further up than 1.19.
 * const x = observations(key(0), uniform1d(), { n: 3, misspecified: true });
 * assert(x.data.every((value) => value < -0.57 || value > 1.18));
 * ```
 */
export function observations(key: Key, task: CostTask, options: ObservationsOptions = {}): Points {
  const { n = 10, misspecified = false } = options;
  requireInteger("draw observations", "n", n, 1);
  const [forRows, forWalks] = split(key, 2);
  if (!misspecified) return simulated(forRows, task, n);
  if (task.contaminated) return simulated(forRows, { ...task, simulator: task.contaminated }, n);
  return walked(forWalks, simulated(forRows, task, RANGE_ROWS), n);
}

function simulated(key: Key, { prior, simulator }: Pick<CostTask, "prior" | "simulator">, n: number): Points {
  const [forTheta, forX] = split(key, 2);
  return simulator.simulate(forX, prior.sample(forTheta, n));
}

function walked(key: Key, x: Points, n: number): Points {
  const columns = Array.from({ length: x.dim }, (_, j) => column(x, j));
  const out = zeros(n, x.dim);
  for (let i = 0; i < n; i++) {
    const random = stream(foldIn(key, i));
    const point = row(out, i);
    point.set(row(x, Math.floor(random.uniform() * x.n)));
    walk(random, point, columns);
  }
  return out;
}

interface Column {
  readonly low: number;
  readonly high: number;
  readonly sd: number;
}

/** At least one step, as the simulated rows are inside. */
function walk(random: Stream, point: Float64Array, columns: readonly Column[]): void {
  for (let step = 0; step < MAX_STEPS; step++) {
    columns.forEach(({ sd }, j) => point[j]! += (random.uniform() < 0.5 ? -STEP : STEP) * sd);
    if (columns.some(({ low, high }, j) => point[j]! < low || point[j]! > high)) return;
  }
}

function column(x: Points, j: number): Column {
  let [low, high, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < x.n; i++) {
    const value = x.data[i * x.dim + j]!;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
    sum += value;
    squares += value * value;
  }
  return { low, high, sd: Math.sqrt((squares - sum * sum / x.n) / (x.n - 1)) };
}
