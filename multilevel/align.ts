/**
 * Data of all levels in the units of the finest.
 *
 * @module
 */

import {
  coordinates,
  mean,
  type Points,
  points,
  rawValue,
  type Standardisation,
  type StandardisationOptions,
} from "@likely/core";
import type { LevelPairs, LevelRows } from "./level_pairs.ts";

/** Affine maps of the columns of one level: `[p]` each, of coordinates. */
interface Units {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Options of {@linkcode alignLevels}: which columns are mapped on the log scale, as `standardisation` has them. */
export interface AlignOptions extends StandardisationOptions {
  /**
   * `[p]`: columns that stay as they are, such as whole numbers.
   *
   * @default {undefined} None.
   */
  readonly fixed?: readonly boolean[];
}

/**
 * Maps the data of every level, column by column, so that all levels have the means and standard deviations of
 * the finest: a cheap level that is off by a shift or a factor is then off by nothing. The maps are
 * estimated once, from all levels together, and are the same for a level's fine and coarse rows: the mapped
 * levels are levels too, and what telescopes, telescopes.
 *
 * Few runs of the finest level tell its mean and deviation badly; the cheap ones help as control variates:
 * `mean + β (mean of the level below, over all its runs − mean of the coarse halves)` with the β of a
 * regression, and likewise for squares.
 *
 * @param pairs Levels; their data are borrowed.
 * @param options How columns are mapped.
 * @returns The levels mapped; those of the finest are as they were.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { alignLevels, type LevelPairs } from "@likely/multilevel";
 *
 * // The cheap level is twice the exact one.
 * const [low, high] = [fromRows([[2], [4], [6], [8]]), fromRows([[1], [2], [3]])];
 * const levels = [
 *   { theta: low, fine: low, failed: 0 },
 *   { theta: high, fine: high, coarse: fromRows([[2], [4], [6]]), failed: 0 },
 * ];
 * const { levels: [cheap] } = alignLevels({ levels } as unknown as LevelPairs);
 * assertAlmostEquals(cheap!.fine.data[0]!, 1);
 * ```
 */
export function alignLevels(pairs: LevelPairs, options: AlignOptions = {}): LevelPairs {
  const { levels } = pairs;
  const units = unitsOf(levels, options);
  const top = units.at(-1)!;
  const mapped = (x: Points, l: number): Points => {
    if (l === levels.length - 1) return x;
    const seen = coordinates(x, options);
    const { mean, std } = units[l]!;
    const to: Standardisation = { ...top, ...ends(options) };
    const data = seen.data.map((value, k) => {
      const j = k % x.dim;
      if (options.fixed?.[j]) return x.data[k]!;
      return rawValue(to, j, (value - mean[j]!) / std[j]!);
    });
    return points(data, x.dim);
  };
  return {
    ...pairs,
    levels: levels.map((rows, l) => ({
      ...rows,
      fine: mapped(rows.fine, l),
      ...(rows.coarse && { coarse: mapped(rows.coarse, l - 1) }),
    })),
  };
}

function ends({ log, upper, fold }: StandardisationOptions): StandardisationOptions {
  return { ...(log && { log }), ...(upper && { upper }), ...(fold && { fold }) };
}

/** Of each level, from the lowest up. */
function unitsOf(levels: readonly LevelRows[], options: StandardisationOptions): Units[] {
  const out: Units[] = [];
  const { dim } = levels[0]!.fine;
  for (const [l, { fine, coarse }] of levels.entries()) {
    const [own, below] = [coordinates(fine, options), coarse && coordinates(coarse, options)];
    const columns = Array.from({ length: dim }, (_, j) => {
      const y = column(own, j);
      if (!below) return moments(y);
      return controlled(y, column(below, j), { mean: out[l - 1]!.mean[j]!, std: out[l - 1]!.std[j]! });
    });
    out.push({ mean: columns.map(({ mean }) => mean), std: columns.map(({ std }) => std) });
  }
  return out;
}

interface Moments {
  readonly mean: number;
  readonly std: number;
}

function moments(y: Float64Array): Moments {
  const centre = mean(y);
  return { mean: centre, std: Math.sqrt(variance(y, centre)) || 1 };
}

/** With what all runs of the level below tell of theirs. */
function controlled(y: Float64Array, z: Float64Array, known: Moments): Moments {
  const plain = moments(y);
  // Two numbers lie on any line.
  if (y.length < 3) return plain;
  const centre = regressed(y, z, known.mean);
  const squares = (v: Float64Array, at: number) => v.map((value) => (value - at) ** 2);
  const spread = regressed(squares(y, centre), squares(z, known.mean), known.std ** 2);
  // A regression may overshoot: a quarter of the plain one at least.
  return { mean: centre, std: Math.sqrt(Math.max(spread, plain.std ** 2 / 16)) };
}

/** The mean of y, where that of z is known. */
function regressed(y: Float64Array, z: Float64Array, known: number): number {
  const [ofY, ofZ] = [mean(y), mean(z)];
  let [both, own] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    both += (y[i]! - ofY) * (z[i]! - ofZ);
    own += (z[i]! - ofZ) ** 2;
  }
  return own > 0 ? ofY + both / own * (known - ofZ) : ofY;
}

function variance(y: Float64Array, centre: number): number {
  return y.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, y.length - 1);
}

function column({ data, n, dim }: Points, j: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!);
}
