/**
 * Rows of numbers: the currency between packages on the host.
 *
 * @module
 */

import { requireInteger } from "./_require.ts";

/** `n` rows of `dim` float64 numbers, row-major. */
export interface Points {
  /** `[n, dim]`, row-major. */
  readonly data: Float64Array;
  /** Number of rows. */
  readonly n: number;
  /** Numbers in a row. */
  readonly dim: number;
}

/**
 * Wraps a row-major array as rows; the array is borrowed, not copied.
 *
 * @param data `[n · dim]` numbers.
 * @param dim Numbers in a row, ≥ 1.
 * @returns The rows.
 * @throws {TypeError} If the length is no multiple of `dim`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { points } from "@likely/core";
 *
 * assertEquals(points(new Float64Array([1, 2, 3, 4]), 2).n, 2);
 * ```
 */
export function points(data: Float64Array, dim: number): Points {
  requireInteger("make points", "dim", dim, 1);
  if (data.length % dim !== 0) {
    throw new TypeError(
      `Cannot make points as data must hold whole rows of ${dim}: current length is ${data.length}`,
    );
  }
  return { data, n: data.length / dim, dim };
}

/**
 * Copies rows given as arrays.
 *
 * @param rows At least one row; all of one length.
 * @returns `[rows.length, rows[0].length]`.
 * @throws {TypeError} If there is no row or the lengths differ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 *
 * assertEquals(fromRows([[1, 2], [3, 4]]).data, new Float64Array([1, 2, 3, 4]));
 * ```
 */
export function fromRows(rows: readonly ArrayLike<number>[]): Points {
  const first = rows[0];
  if (first === undefined || first.length === 0) {
    throw new TypeError("Cannot make points as at least one non-empty row is needed: current value is empty");
  }
  const out = zeros(rows.length, first.length);
  rows.forEach((values, i) => {
    if (values.length !== out.dim) {
      throw new TypeError(
        `Cannot make points as every row must have length ${out.dim}: row ${i} has length ${values.length}`,
      );
    }
    out.data.set(values, i * out.dim);
  });
  return out;
}

/** Rows as they are at hand: `Points`, or a list of rows. */
export type Rows = Points | readonly ArrayLike<number>[];

/**
 * Takes rows as `Points`: what are some already is borrowed, a list of rows is copied.
 *
 * @param rows At least one row; all of one length.
 * @returns The rows.
 * @throws {TypeError} If there is no row or the lengths differ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asPoints, fromRows } from "@likely/core";
 *
 * assertEquals(asPoints([[1, 2], [3, 4]]), fromRows([[1, 2], [3, 4]]));
 * ```
 */
export function asPoints(rows: Rows): Points {
  return "data" in rows ? rows : fromRows(rows);
}

/**
 * Makes `n` rows of zeros.
 *
 * @param n Number of rows.
 * @param dim Numbers in a row.
 * @returns Fresh rows.
 */
export function zeros(n: number, dim: number): Points {
  return { data: new Float64Array(n * dim), n, dim };
}

/**
 * Views row `i`; writing to the view writes to the points.
 *
 * @param source The rows.
 * @param i The row, in [0, n).
 * @returns `[dim]`, a view.
 */
export function row(source: Points, i: number): Float64Array {
  return source.data.subarray(i * source.dim, (i + 1) * source.dim);
}

/**
 * Copies the rows with the given indices, in that order.
 *
 * @param source The rows.
 * @param indices Which, each in [0, n).
 * @returns `[indices.length, dim]`.
 */
export function gatherRows(source: Points, indices: ArrayLike<number>): Points {
  const { data, dim } = source;
  const out = zeros(indices.length, dim);
  for (let i = 0; i < indices.length; i++) {
    // Minibatches go through here: a view per row costs ten times as much as a few numbers.
    if (dim > 64) out.data.set(row(source, indices[i]!), i * dim);
    else for (let j = 0; j < dim; j++) out.data[i * dim + j] = data[indices[i]! * dim + j]!;
  }
  return out;
}
