/**
 * Standardisation of θ and x: part of the artifact, known to nobody else.
 *
 * @module
 */

import { columnSpread, isResolved } from "./_column.ts";
import type { Fold } from "./long_tails.ts";
import { type Points, points } from "./points.ts";

/**
 * Standardisation of one side: column j of a value v becomes `u = (c(v) − mean_j) / std_j`,
 * where `c(v)` is v itself; or `log(v − a)` where `log_j` names the lower end a; or
 * `asinh((v − at) / unit)` where `fold_j` has both. It is computed on the host, in float64: what engines
 * see is u.
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
  /** `[dim]`: how columns with long tails are folded, `null` for the others. */
  readonly fold?: readonly (Fold | null)[];
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
   * `[dim]`: columns with long tails, see `longTails`.
   *
   * @default {undefined} None.
   */
  readonly fold?: readonly (Fold | null)[];
}

/**
 * Measures column means and standard deviations (n − 1), in two passes.
 *
 * Units and offsets do not matter: a column may be 10⁻¹² or 10¹² wide, or seconds since 1970 that differ
 * by milliseconds.
 *
 * @param source `[n, dim]`, n ≥ 1; above the lower end in columns on the log scale.
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
  const { log, fold } = options;
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
 * @returns It in standard units; NaN or −∞ below the lower end of a column on the log scale.
 */
export function standardValue(by: Standardisation, j: number, value: number): number {
  return (coordinate(by, j, value) - by.mean[j]!) / by.std[j]!;
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
  const low = by.log?.[j] ?? null;
  if (low !== null) return 1 / (by.std[j]! * (value - low));
  const fold = by.fold?.[j];
  return 1 / (by.std[j]! * (fold ? Math.hypot(value - fold.at, fold.unit) : 1));
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

function coordinate({ log, fold }: StandardisationOptions, j: number, value: number): number {
  const low = log?.[j];
  if (typeof low === "number") return Math.log(value - low);
  const folded = fold?.[j];
  return folded ? Math.asinh((value - folded.at) / folded.unit) : value;
}
