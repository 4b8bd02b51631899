// The rows of a run while they come in, and the dataset they make.

import { nonFinite, REASONS_KEPT } from "./_simulate_rows.ts";
import type { Dataset, SimulationFailure } from "./dataset.ts";
import { gatherRows, type Points, points, zeros } from "./points.ts";
import type { SimulatedRows } from "./simulation_runner.ts";

/** All rows of a run, in place, failed ones included. */
export interface Simulated {
  /** `[n, d]`. */
  readonly theta: Points;
  /** `[n, p]`. */
  readonly x: Points;
  /** `[n, d]`; `[0, d]` unless wanted. */
  readonly score: Points;
  /** Why rows threw, by their place here. */
  readonly thrown: Map<number, string>;
}

/** Room for the rows of a run. */
export function simulated(theta: Points, xDim: number, score: boolean): Simulated {
  return {
    theta,
    x: zeros(theta.n, xDim),
    score: zeros(score ? theta.n : 0, theta.dim),
    thrown: new Map(),
  };
}

/** Puts rows, of which the first is row `first` of the run, at their place; returns how many failed. */
export function place(
  into: Simulated,
  rows: SimulatedRows,
  { at, first }: { readonly at: number; readonly first: number },
): number {
  into.x.data.set(rows.x, at * into.x.dim);
  if (into.score.n > 0) into.score.data.set(rows.score, at * into.score.dim);
  for (const { row, reason } of rows.thrown) into.thrown.set(row - first + at, reason);
  let failed = 0;
  for (let i = at; i < at + rows.x.length / into.x.dim; i++) {
    if (failure(into, i) !== undefined) failed++;
  }
  return failed;
}

/** The rows that did not fail; `rowOf` tells which row of the run is at a place. */
export function toDataset(source: Simulated, rowOf: (i: number) => number = (i) => i): Dataset {
  const kept: number[] = [];
  const lost: number[] = [];
  const failures: SimulationFailure[] = [];
  for (let i = 0; i < source.theta.n; i++) {
    const reason = failure(source, i);
    if (reason === undefined) kept.push(i);
    else if (lost.push(i) <= REASONS_KEPT) failures.push({ row: rowOf(i), reason });
  }
  const failed = lost.length;
  const pick = (points: Points) =>
    failed === 0 && kept.length === points.n ? points : gatherRows(points, kept);
  return {
    theta: pick(source.theta),
    x: pick(source.x),
    ...(source.score.n > 0 && { score: pick(source.score) }),
    failed,
    ...(failed > 0 && { failedTheta: gatherRows(source.theta, lost), failures }),
  };
}

/** Refuses rows that have all failed. */
export function requireSuccess(dataset: Dataset): Dataset {
  const { theta, failed, failures } = dataset;
  if (theta.n > 0 || failed === 0) return dataset;
  throw new RangeError(
    `Cannot simulate as at least one row must succeed: all ${failed} failed, ` +
      `row ${failures![0]!.row} as ${failures![0]!.reason}`,
  );
}

/** The rows of a chunk that have failed, and why. */
export function failuresOf(
  { x, score, thrown }: SimulatedRows,
  { xDim, thetaDim, first }: { readonly xDim: number; readonly thetaDim: number; readonly first: number },
): SimulationFailure[] {
  const reasons = new Map(thrown.map(({ row, reason }) => [row, reason]));
  const rows = points(x, xDim);
  const scores = points(score, thetaDim);
  const failures: SimulationFailure[] = [];
  for (let i = 0; i < rows.n; i++) {
    const reason = reasons.get(first + i) ?? nonFinite("x", rows, i) ??
      (scores.n > 0 ? nonFinite("score", scores, i) : undefined);
    if (reason !== undefined) failures.push({ row: first + i, reason });
  }
  return failures;
}

function failure(source: Simulated, i: number): string | undefined {
  const { x, score, thrown } = source;
  return thrown.get(i) ?? nonFinite("x", x, i) ?? (score.n > 0 ? nonFinite("score", score, i) : undefined);
}
