/**
 * Standardisation of θ and x: part of the artifact, known to nobody else.
 *
 * @module
 */

import { asinh, log, sinh } from "./elementary.ts";
import { fromInterval, toInterval } from "./_bijection.ts";
import { columnSpread, isResolved } from "./_column.ts";
import type { Interval } from "./interval.ts";
import type { Fold } from "./long_tails.ts";
import { type Points, points } from "./points.ts";
import type { Support } from "./support.ts";

/**
 * Standardisation of one side: column j of a value v becomes `u = (c(v) − mean_j) / std_j`,
 * where `c(v)` is v itself; `log(v − a)` where `log_j` names the lower end a; `log(b − v)` where
 * `upper_j` names the upper end b; and `log(v − a) − log(b − v)` where both are named; or else
 * `asinh((v − at) / unit)` where `fold_j` has both. Ends are seen as by {@linkcode unconstrain}: a
 * density of u has all its mass between them. It is computed on the host, in float64: what engines see
 * is u.
 */
export interface Standardisation {
  /** `[dim]`: means of `c(v)`. */
  readonly mean: readonly number[];
  /**
   * `[dim]`: standard deviations of `c(v)`, each > 0; for a column that never varies, or by less than
   * float64 can tell, its size, or 1 where that is 0.
   */
  readonly std: readonly number[];
  /** `[dim]`: the lower end of a column seen on the log scale, `null` for the others. */
  readonly log?: readonly (number | null)[];
  /** `[dim]`: the upper end of a column seen on the log scale of what is left to it. */
  readonly upper?: readonly (number | null)[];
  /** `[dim]`: how columns with long tails are folded, `null` for the others. */
  readonly fold?: readonly (Fold | null)[];
  /** `[dim]`: columns of whole numbers, each of which stands for the interval ±½ around it. */
  readonly whole?: readonly boolean[];
}

/** Standardisation of both sides. */
export interface Scaling {
  /** Of θ. */
  readonly theta: Standardisation;
  /** Of x. */
  readonly x: Standardisation;
}

/** Options of {@linkcode standardisation}. */
export interface StandardisationOptions {
  /**
   * `[dim]`: columns to see on the log scale, by their lower end.
   *
   * @default {undefined} None.
   */
  readonly log?: readonly (number | null)[];
  /**
   * `[dim]`: columns to see on the log scale from above, by their upper end; with a lower end too,
   * on the logistic scale between the two.
   *
   * @default {undefined} None.
   */
  readonly upper?: readonly (number | null)[];
  /**
   * `[dim]`: columns with long tails, see `longTails`.
   *
   * @default {undefined} None.
   */
  readonly fold?: readonly (Fold | null)[];
}

/**
 * Names the ends of a support as {@linkcode standardisation} wants them: for densities, which must
 * not reach beyond them.
 *
 * @param support One interval per column.
 * @returns The ends that are finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { supportEnds } from "@likely/core";
 *
 * assertEquals(supportEnds([{ low: 0, high: Infinity }, { low: -1, high: 1 }]), {
 *   log: [0, -1],
 *   upper: [null, 1],
 * });
 * ```
 */
export function supportEnds(support: Support): Required<Pick<StandardisationOptions, "log" | "upper">> {
  const end = (value: number) => Number.isFinite(value) ? value : null;
  return { log: support.map(({ low }) => end(low)), upper: support.map(({ high }) => end(high)) };
}

/**
 * Measures column means and standard deviations (n − 1), in two passes.
 *
 * Units and offsets do not matter: a column may be 10⁻¹² or 10¹² wide, or seconds since 1970 that differ
 * by milliseconds.
 *
 * @param source `[n, dim]`, n ≥ 1; between the ends that are named.
 * @param options Which columns are seen on the log scale, or folded.
 * @returns The standardisation.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, standardisation } from "@likely/core";
 *
 * assertEquals(standardisation(fromRows([[1], [3]])).mean, [2]);
 * ```
 */
export function standardisation(source: Points, options: StandardisationOptions = {}): Standardisation {
  const { log, upper, fold } = options;
  const { data, n, dim } = source;
  const columns = Array.from(
    { length: dim },
    (_, j) =>
      columnSpread(Float64Array.from({ length: n }, (_, i) => coordinate(options, j, data[i * dim + j]!))),
  );
  return {
    mean: columns.map(({ mean }) => mean),
    // Dividing rounding by its "deviation" would turn it into signal.
    std: columns.map((column) => isResolved(column) ? column.sd : column.largest || 1),
    ...(log?.some((low) => low !== null) && { log }),
    ...(upper?.some((high) => high !== null) && { upper }),
    ...(fold?.some((one) => one !== null) && {
      fold: fold.map((one) => one && { at: one.at, unit: one.unit }),
    }),
  };
}

/** Columns that standardisation cannot make anything of. */
export interface UnresolvedColumns {
  /** Whose numbers are all the same. */
  readonly constant: readonly number[];
  /** Whose numbers differ by less than float64 can tell beside their size. */
  readonly rounded: readonly number[];
}

/**
 * Finds columns that say nothing.
 *
 * @param source `[n, dim]`, n ≥ 1.
 * @param by How they are seen.
 * @returns Their numbers.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, unresolvedColumns } from "@likely/core";
 *
 * const rows = fromRows([[1, 5, 1e9], [2, 5, 1e9 + 2e-7]]);
 * assertEquals(unresolvedColumns(rows), { constant: [1], rounded: [2] });
 * ```
 */
export function unresolvedColumns(
  { data, n, dim }: Points,
  by: StandardisationOptions = {},
): UnresolvedColumns {
  const [constant, rounded]: [number[], number[]] = [[], []];
  for (let j = 0; j < dim; j++) {
    const column = columnSpread(
      Float64Array.from({ length: n }, (_, i) => coordinate(by, j, data[i * dim + j]!)),
    );
    if (column.isConstant) constant.push(j);
    else if (!isResolved(column)) rounded.push(j);
  }
  return { constant, rounded };
}

/**
 * Shows rows as {@linkcode standardisation} measures them: on the log scale, folded, or as they are.
 *
 * @param source `[n, dim]`.
 * @param by Which columns are seen how.
 * @returns `[n, dim]`.
 */
export function coordinates({ data, dim }: Points, by: StandardisationOptions): Points {
  return points(data.map((value, k) => coordinate(by, k % dim, value)), dim);
}

/**
 * Standardises one number.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param value The number.
 * @returns It in standard units; NaN or ±∞ beyond an end that is named, or at it.
 */
export function standardValue(by: Standardisation, j: number, value: number): number {
  return (coordinate(by, j, value) - by.mean[j]!) / by.std[j]!;
}

/**
 * The inverse of {@linkcode standardValue}.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param u The number in standard units; NaN stays NaN.
 * @returns It in raw units, strictly between the ends that are named; rounded in whole columns.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { rawValue, standardValue } from "@likely/core";
 *
 * const by = { mean: [0.3], std: [2], log: [-1], upper: [1] };
 * assertAlmostEquals(rawValue(by, 0, standardValue(by, 0, 0.9)), 0.9);
 * ```
 */
export function rawValue(by: Standardisation, j: number, u: number): number {
  const at = by.mean[j]! + by.std[j]! * u;
  const [between, fold] = [interval(by, j), by.fold?.[j]];
  const value = between === WHOLE && fold ? fold.at + fold.unit * sinh(at) : toInterval(between, at);
  // Never −0: it is not equal to 0 everywhere.
  return by.whole?.[j] ? Math.round(value) + 0 : value;
}

/**
 * The derivative du/dv of {@linkcode standardValue}: gradients with respect to u are
 * multiplied by it to become gradients with respect to v, scores with respect to v divided.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param value The number, in raw units.
 * @returns The slope.
 */
export function standardSlope(by: Standardisation, j: number, value: number): number {
  const between = interval(by, j);
  if (between === WHOLE) {
    const fold = by.fold?.[j];
    return 1 / (by.std[j]! * (fold ? hypotenuse(value - fold.at, fold.unit) : 1));
  }
  const { low, high } = between;
  const rise = 1 / (value - low) + 1 / (high - value);
  return (low === -Infinity ? -rise : rise) / by.std[j]!;
}

/**
 * What standardisation adds to a log density: `Σⱼ log |duⱼ/dvⱼ|`, so that
 * `log p(v) = log p(u) + Σⱼ log |duⱼ/dvⱼ|`.
 *
 * @param by The standardisation of that side.
 * @param source `[n, dim]`, raw units.
 * @returns `[n]`, in nats; NaN for rows beyond an end that is named, or at it.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, logStandardSlopes } from "@likely/core";
 *
 * const by = { mean: [5], std: [2], log: [0] };
 * assertAlmostEquals(logStandardSlopes(by, fromRows([[3]]))[0]!, -Math.log(2 * 3));
 * ```
 */
export function logStandardSlopes(by: Standardisation, source: Points): Float64Array {
  const { data, n, dim } = source;
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += logStandardSlope(by, j, data[i * dim + j]!);
    return sum;
  });
}

/**
 * The derivative of a column's part of {@linkcode logStandardSlopes}, `d log |du/dv| / dv`.
 *
 * @param by The standardisation of that side.
 * @param j The number's column.
 * @param value The number, in raw units.
 * @returns The slope of the log-slope.
 */
export function standardBend(by: Standardisation, j: number, value: number): number {
  const between = interval(by, j);
  const fold = by.fold?.[j];
  if (between === WHOLE && fold) {
    const away = value - fold.at;
    return -away / (away * away + fold.unit * fold.unit);
  }
  const { low, high } = between;
  return 1 / (high - value) - 1 / (value - low);
}

/**
 * Standardises rows into float32, the precision of every engine.
 *
 * @param source `[n, dim]`.
 * @param by The standardisation of that side.
 * @returns `[n · dim]`.
 */
export function standardise(source: Points, by: Standardisation): Float32Array {
  const { data, dim } = source;
  const out = new Float32Array(data.length);
  for (let j = 0; j < dim; j++) {
    for (let k = j; k < data.length; k += dim) out[k] = standardValue(by, j, data[k]!);
  }
  return out;
}

const WHOLE: Interval = { low: -Infinity, high: Infinity };

/** What a column is seen through. */
function interval({ log, upper }: StandardisationOptions, j: number): Interval {
  const [low, high] = [log?.[j] ?? null, upper?.[j] ?? null];
  return low === null && high === null ? WHOLE : { low: low ?? -Infinity, high: high ?? Infinity };
}

function coordinate(by: StandardisationOptions, j: number, value: number): number {
  const between = interval(by, j);
  if (between !== WHOLE) return fromInterval(between, value);
  const fold = by.fold?.[j];
  return fold ? asinh((value - fold.at) / fold.unit) : value;
}

function logStandardSlope(by: Standardisation, j: number, value: number): number {
  const { low, high } = interval(by, j);
  if (!(value > low && value < high)) return NaN;
  return log(Math.abs(standardSlope(by, j, value)));
}

/** Of a right angle's sides, b > 0; without overflow, in arithmetic that is the same everywhere. */
function hypotenuse(a: number, b: number): number {
  const longer = Math.max(Math.abs(a), b);
  return longer * Math.sqrt((a / longer) * (a / longer) + (b / longer) * (b / longer));
}
