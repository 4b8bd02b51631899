// Data simulated from posterior draws, as a report shows them: a series, or columns one by one.

import {
  type Artifact,
  type Draws,
  extent,
  gatherRows,
  type Key,
  type Points,
  points,
  row,
  simulate,
} from "@likely/core";
import { type PosteriorReportOptions, quantile } from "@likely/sbi";
import { requireTaskOf } from "./_input.ts";
import { loadTask, type TaskSource } from "./_task.ts";

/** What the posterior predictive needs. */
export interface Prediction {
  readonly task: string;
  /** Where the data are from, in words. */
  readonly from: string;
  readonly observed: Points;
  readonly draws: Draws;
  readonly artifact: Artifact;
}

/** More columns are a series, whatever they are. */
const MOST_PANELS = 12;
/** So few are none. */
const LEAST_SERIES = 4;
/** Neighbours of a series are not so much wider than each other, nor so many widths apart. */
const [WIDER, APART] = [20, 20];

/** Simulates from the draws, and tells a series from columns that are unlike each other. */
export async function predict(
  key: Key,
  { task: name, from, observed, draws, artifact }: Prediction,
): Promise<NonNullable<PosteriorReportOptions["predictive"]>> {
  const { task, xNames } = await loadTask(name);
  requireTaskOf(name, task, artifact);
  const replicates = await replicate(key, task, spread(draws));
  const first = row(observed, 0);
  const { dim } = observed;
  if (dim <= MOST_PANELS && (xNames !== undefined || dim < LEAST_SERIES || !areAlike(replicates))) {
    const columns = xNames ?? Array.from({ length: dim }, (_, j) => `x${j + 1}`);
    return { columns, observed: observed.n > 1 ? observed : first, replicates };
  }
  const which = observed.n > 1 ? `, first of ${observed.n} observations` : "";
  return {
    t: Array.from({ length: dim }, (_, j) => j + 1),
    observed: first,
    replicates,
    xLabel: "column of x",
    yLabel: `x of ${from}${which}`,
  };
}

/** Whether columns can be on one axis: about as wide, and not far apart for their width. */
function areAlike(replicates: Points): boolean {
  const { data, n, dim } = replicates;
  const places = Array.from({ length: dim }, (_, j) => {
    const column = Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!).filter(Number.isFinite)
      .sort();
    const [low, middle, high] = [0.05, 0.5, 0.95].map((p) => quantile(column, p));
    return { middle: middle!, width: high! - low! };
  });
  const [narrowest, widest] = extent(places.map(({ width }) => width));
  const [lowest, highest] = extent(places.map(({ middle }) => middle));
  return widest <= WIDER * narrowest && highest - lowest <= APART * widest;
}

/** At most 1,000 draws, evenly over all chains. */
function spread({ values, names }: Draws): Points {
  const all = points(values, names.length);
  const n = Math.min(1000, all.n);
  return gatherRows(all, Uint32Array.from({ length: n }, (_, i) => Math.floor(i * all.n / n)));
}

/** One x for each draw, simulated together; those that failed are left out. */
async function replicate(key: Key, { prior, simulator }: TaskSource["task"], theta: Points): Promise<Points> {
  const source = { prior: { ...prior, sample: () => theta }, simulator };
  const { x } = await simulate(key, source, theta.n);
  return x;
}
