/**
 * The draws that calibration is judged by: a posterior asked about data whose parameters are
 * known.
 *
 * @module
 */

import {
  type Dataset,
  foldIn,
  gatherRows,
  type Key,
  type Points,
  row,
  type SimulationFailure,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";

/**
 * Draws from the posterior of one observation: `n` independent rows, or more, of which evenly
 * spaced ones are taken. Of a sampler with autocorrelation, hand over `thinDraws(draws, n)`.
 */
export type PosteriorSampler = (key: Key, x: Float64Array, n: number) => Points | Promise<Points>;

/** Draws from the posteriors of many observations at once. */
export interface BatchSampler {
  /** Most observations in one call. */
  readonly rows: number;
  /**
   * As {@linkcode PosteriorSampler}, for each row of x: draws of row i depend on `keys[i]` and row
   * i alone; an error stands for a posterior that failed.
   */
  sample(keys: readonly Key[], x: Points, n: number): Promise<readonly (Points | Error)[]>;
}

/** Truths, data, and the posterior draws that the data led to. */
export interface CalibrationRun {
  /** `[m, d]`: the parameters that gave the data. */
  readonly theta: Points;
  /** `[m, p]`: the data. */
  readonly x: Points;
  /** `[m · length, d]`: `length` draws for each row of x, one row after the other. */
  readonly draws: Points;
  /** Draws for each row of x. */
  readonly length: number;
  /** How many rows of the data set have been asked about: the next run begins there. */
  readonly done: number;
  /** How many of them gave no posterior; `theta.n + failed` is `done`. */
  readonly failed: number;
  /** Which these were, and why. */
  readonly failures: readonly SimulationFailure[];
  /** Simulations of the data set that had failed before: never asked about. */
  readonly failedSimulations: number;
}

/** Options of {@linkcode calibrationRun}. */
export interface CalibrationRunOptions {
  /**
   * Draws for each row. One less than a multiple of many numbers makes even histograms.
   *
   * @default 99
   */
  readonly draws?: number | undefined;
  /**
   * Most rows to ask about in this call.
   *
   * @default {undefined} All that are left.
   */
  readonly count?: number | undefined;
  /**
   * A run with the same key and data to be taken up where it ended.
   *
   * @default {undefined} From the beginning.
   */
  readonly previous?: CalibrationRun | undefined;
  /**
   * Called after each row, or batch of rows.
   *
   * @default {undefined}
   */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  /**
   * Ends the run before the next row or batch; what is done is returned, to be taken up later.
   *
   * @default {undefined}
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a posterior about held-out simulations, for `sbc`, `coverage`, `tarp` and `lc2st`.
 *
 * The parameters must be draws from the prior that the posterior was made for, and the
 * simulations must not have been trained on. Row i depends on the key, row i and `draws`
 * alone, so that a run can be cut short and taken up. A row whose posterior throws or is not
 * finite is counted and left out: many of them make the verdict one about the rest only.
 *
 * @param key The key of the whole run, the same when it is taken up.
 * @param dataset Pairs (theta, x).
 * @param sample The posterior, one observation or many at a time.
 * @param options How much, and from where.
 * @returns The run, `previous` included.
 * @throws {TypeError} If the posterior returns too few rows, or rows of another width.
 * @throws {RangeError} If every posterior has failed: the message has the first reason.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal, simulate, simulator } from "@likely/core";
 * import { calibrationRun } from "@likely/diagnostics";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const echo = simulator({ name: "echo", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta });
 * const dataset = await simulate(key(0), { prior, simulator: echo }, 20);
 *
 * const run = await calibrationRun(key(1), dataset, (key, _x, n) => prior.sample(key, n));
 * assertEquals([run.theta.n, run.draws.n], [20, 20 * 99]);
 * ```
 */
export async function calibrationRun(
  key: Key,
  dataset: Dataset,
  sample: PosteriorSampler | BatchSampler,
  options: CalibrationRunOptions = {},
): Promise<CalibrationRun> {
  const { draws = 99, count = Infinity, previous, onProgress, signal } = options;
  requireInteger("check calibration", "draws", draws, 1);
  requirePrevious(previous, draws);
  const batch = typeof sample === "function" ? oneByOne(sample) : sample;
  requireInteger("check calibration", "rows", batch.rows, 1);
  const parts: Points[] = [];
  const rows: number[] = [];
  const failures: SimulationFailure[] = [];
  const total = Math.min(dataset.theta.n, (previous?.done ?? 0) + count);
  let done = previous?.done ?? 0;
  while (done < total && !signal?.aborted) {
    const asked = Array.from({ length: Math.min(batch.rows, total - done) }, (_, i) => done + i);
    const keys = asked.map((i) => foldIn(key, i));
    for (const all of await batch.sample(keys, gatherRows(dataset.x, asked), draws)) {
      const part = usable(all, draws);
      if (typeof part === "string") failures.push({ row: done, reason: part });
      else rows.push(done), parts.push(requireWidth(part, dataset.theta.dim));
      done++;
    }
    onProgress?.({ done, total });
  }
  requireAny(rows, failures, previous);
  const { theta, x, draws: all } = previous ?? { theta: EMPTY, x: EMPTY, draws: EMPTY };
  return {
    theta: joined([theta, gatherRows(dataset.theta, rows)]),
    x: joined([x, gatherRows(dataset.x, rows)]),
    draws: joined([all, ...parts]),
    length: draws,
    done,
    failed: (previous?.failed ?? 0) + failures.length,
    failures: [...previous?.failures ?? [], ...failures],
    failedSimulations: dataset.failed,
  };
}

const EMPTY: Points = { data: new Float64Array(), n: 0, dim: 0 };

function oneByOne(sample: PosteriorSampler): BatchSampler {
  return {
    rows: 1,
    sample: async ([key], x, n) => {
      try {
        return [await sample(key!, row(x, 0), n)];
      } catch (error) {
        return [error instanceof Error ? error : new Error(String(error))];
      }
    },
  };
}

/** As many draws as asked for, evenly spaced; or what is wrong with them. */
function usable(all: Points | Error, draws: number): Points | string {
  if (all instanceof Error) return all.message;
  if (all.n < draws) {
    throw new TypeError(
      `Cannot check calibration as a posterior must return at least ${draws} rows: current value is ${all.n}`,
    );
  }
  const bad = all.data.find((value) => !Number.isFinite(value));
  if (bad !== undefined) return `a posterior draw is ${bad}`;
  return gatherRows(all, Array.from({ length: draws }, (_, k) => Math.floor(k * all.n / draws)));
}

function joined(parts: readonly Points[]): Points {
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  const dim = parts.findLast((part) => part.dim > 0)?.dim ?? 0;
  const data = new Float64Array(n * dim);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, n, dim };
}

function requireWidth(rows: Points, dim: number): Points {
  if (rows.dim === dim) return rows;
  throw new TypeError(
    `Cannot check calibration as a posterior's rows must have ${dim} columns: current value is ${rows.dim}`,
  );
}

function requirePrevious(previous: CalibrationRun | undefined, draws: number): void {
  if (!previous || previous.length === draws) return;
  throw new RangeError(
    `Cannot take up a calibration run as draws must be ${previous.length} as before: current value is ${draws}`,
  );
}

function requireAny(
  rows: readonly number[],
  [first]: readonly SimulationFailure[],
  previous: CalibrationRun | undefined,
): void {
  if (rows.length > 0 || first === undefined || (previous?.theta.n ?? 0) > 0) return;
  throw new RangeError(
    `Cannot check calibration as at least one posterior must not fail: row ${first.row} says ${first.reason}`,
  );
}
