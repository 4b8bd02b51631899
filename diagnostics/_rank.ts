// Ranks of truths among their draws.

import { foldIn, type Key, type Points, row, type Stream, stream, zeros } from "@likely/core";
import type { CalibrationRun } from "./calibration_run.ts";
import type { TestQuantity } from "./test_quantity.ts";

/** How many of `others` are below `value`; among equal ones its place is drawn. */
export function rankOf(random: Stream, value: number, others: ArrayLike<number>): number {
  let below = 0;
  let equal = 0;
  for (let i = 0; i < others.length; i++) {
    if (others[i]! < value) below++;
    else if (others[i] === value) equal++;
  }
  // One number of the stream whether or not there are ties.
  return below + Math.floor(random.uniform() * (equal + 1));
}

/** The ranks of each truth among its draws, by quantity. */
export function ranksOf(key: Key, run: CalibrationRun, quantities: readonly TestQuantity[]): Uint32Array[] {
  const out = quantities.map(() => new Uint32Array(run.theta.n));
  for (let i = 0; i < run.theta.n; i++) {
    const random = stream(foldIn(key, i));
    const rows = truthAndDraws(run, i);
    quantities.forEach(({ name, evaluate }, q) => {
      const values = evaluate(rows, row(run.x, i), i);
      requireNumbers(name, values, i);
      out[q]![i] = rankOf(random, values[0]!, values.subarray(1));
    });
  }
  return out;
}

// Compared with NaN nothing is below: a rank of 0 would look like an answer.
function requireNumbers(name: string, values: Float64Array, i: number): void {
  const bad = values.findIndex((value) => Number.isNaN(value));
  if (bad < 0) return;
  const whose = bad === 0 ? "the truth" : `draw ${bad - 1}`;
  throw new RangeError(`Cannot rank truths as ${name} must be a number: row ${i} has NaN for ${whose}`);
}

// One call for all: a density network likes its rows together.
function truthAndDraws({ theta, draws, length }: CalibrationRun, i: number): Points {
  const out = zeros(length + 1, theta.dim);
  out.data.set(row(theta, i));
  out.data.set(draws.data.subarray(i * length * theta.dim, (i + 1) * length * theta.dim), theta.dim);
  return out;
}
