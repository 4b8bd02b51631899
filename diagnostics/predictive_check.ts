/**
 * Posterior predictive checks by statistics of the data.
 *
 * @module
 */

import { type Points, row } from "@likely/core";

/** What {@linkcode predictiveCheck} compares. */
export interface PredictiveCheckData {
  /** `[p]`: the observed data. */
  readonly observed: ArrayLike<number>;
  /** `[n, p]`: data simulated from posterior draws, one row a draw; failed rows are left out. */
  readonly replicates: Points;
  /** What to look at, by name: a mean, a peak, the time of the peak, … */
  readonly statistics: Readonly<Record<string, (x: Float64Array) => number>>;
}

/** One statistic of the data and of their replicates. */
export interface PredictiveCheckRow {
  /** Which. */
  readonly name: string;
  /** Its value for the observed data. */
  readonly observed: number;
  /** `[m]`: its values for the replicates that have one. */
  readonly replicated: Float64Array;
  /** Share of replicates above the observed value, equal ones counted half. */
  readonly above: number;
  /** Two-sided: `2 min(above, 1 − above)`. Near 0 where the model cannot make such data. */
  readonly pValue: number;
}

/**
 * Asks whether data simulated from the posterior look like the observed ones.
 *
 * The data are used twice, to fit and to judge, so that p-values crowd around 1/2 when all is
 * well: a small one means something, a middling one little.
 *
 * Source: Gelman, Meng & Stern (1996), "Posterior predictive assessment of model fitness via
 * realized discrepancies", Statistica Sinica 6.
 *
 * @param data Observed data, replicates, statistics.
 * @returns One row a statistic, in order.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If a statistic of the observed data is not finite, or none of its
 * replicates' is.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { extent, fromRows } from "@likely/core";
 * import { predictiveCheck } from "@likely/diagnostics";
 *
 * const replicates = fromRows([[1, 2], [2, 4], [0, 3], [1, 1]]);
 * const statistics = { largest: (x: Float64Array) => extent(x)[1] };
 * const [row] = predictiveCheck({ observed: [9, 1], replicates, statistics });
 * assertEquals([row!.observed, row!.pValue], [9, 0]);
 * ```
 */
export function predictiveCheck(data: PredictiveCheckData): PredictiveCheckRow[] {
  const { replicates, statistics } = data;
  const observed = Float64Array.from(data.observed);
  if (observed.length !== replicates.dim) {
    throw new TypeError(
      `Cannot check predictions as observed must have length ${replicates.dim}: current length is ${observed.length}`,
    );
  }
  const rows = Array.from({ length: replicates.n }, (_, i) => row(replicates, i))
    .filter((x) => x.every(Number.isFinite));
  return Object.entries(statistics).map(([name, statistic]) => {
    const value = statistic(observed);
    const replicated = Float64Array.from(rows, (x) => statistic(x)).filter(Number.isFinite);
    requireValues(name, value, replicated);
    const larger = replicated.reduce((sum, one) => sum + (one > value ? 1 : one === value ? 0.5 : 0), 0);
    const above = larger / replicated.length;
    return { name, observed: value, replicated, above, pValue: 2 * Math.min(above, 1 - above) };
  });
}

function requireValues(name: string, value: number, replicated: Float64Array): void {
  if (Number.isFinite(value) && replicated.length > 0) return;
  throw new RangeError(
    `Cannot check predictions as "${name}" must be finite: current value is ${value}, ` +
      `with ${replicated.length} finite replicates`,
  );
}
