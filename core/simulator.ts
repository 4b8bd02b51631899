/**
 * The simulator contract, and the short way to write one.
 *
 * @module
 */

import { requireInteger } from "./check.ts";
import { WidthError } from "./_width_error.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, row, zeros } from "./points.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * Draws data `x` given parameters `theta`.
 *
 * Row i of a call depends on the key, on `first + i` and on row i of `theta` alone, so any
 * shard of a run can be simulated anywhere and merged.
 */
export interface Simulator {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`. */
  readonly xDim: number;
  /** The same simulator at rising fidelity, coupled by common random numbers. */
  readonly levels?: readonly Level[];
  /**
   * Simulates one `x` per row.
   *
   * @param key The key of the whole run.
   * @param theta `[n, thetaDim]`.
   * @param first The index of the first row in the whole run, 0 unless told.
   * @returns `[n, xDim]`; a row that holds a non-finite number has failed.
   */
  simulate(key: Key, theta: Points, first?: number): Points;
  /** The exact log p(x | theta) in nats, row by row: `[n]`. */
  logLikelihood?(theta: Points, x: Points): Float64Array;
  /** The exact score ∇θ log p(x | theta), row by row: `[n, thetaDim]`. */
  score?(theta: Points, x: Points): Points;
}

/**
 * One fidelity of a simulator. Two levels called with the same key, theta and row index
 * share their randomness.
 */
export interface Level {
  /** Cost of one row, in any unit that all levels of a simulator share. */
  readonly cost: number;
  /** As {@linkcode Simulator.simulate}. */
  simulate(key: Key, theta: Points, first?: number): Points;
}

/** What {@linkcode simulator} needs to know. */
export interface SimulatorDefinition {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`. */
  readonly xDim: number;
  /** Simulates one row: reads `theta`, draws from `random`, returns `xDim` numbers. */
  readonly simulate: (random: Stream, theta: Float64Array) => ArrayLike<number>;
  /** The exact log-likelihood of one row, in nats, where it is known. */
  readonly logLikelihood?: (theta: Float64Array, x: Float64Array) => number;
  /** The exact θ-score of one row, where it is known. */
  readonly score?: (theta: Float64Array, x: Float64Array) => ArrayLike<number>;
}

/**
 * Builds a simulator from a function of one row.
 *
 * @param definition Its name, widths and functions.
 * @returns The simulator.
 * @throws {RangeError} If a width is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, fromRows, key, simulator } from "@likely/core";
 *
 * const coin = simulator({
 *   name: "noisy",
 *   thetaDim: 1,
 *   xDim: 1,
 *   simulate: (random, theta) => [theta[0]! + drawNormal(random)],
 * });
 * assertEquals(coin.simulate(key(0), fromRows([[1], [2]])).n, 2);
 * ```
 */
export function simulator(definition: SimulatorDefinition): Simulator {
  const { name, thetaDim, xDim, simulate, logLikelihood, score } = definition;
  requireInteger(`build simulator "${name}"`, "thetaDim", thetaDim, 1);
  requireInteger(`build simulator "${name}"`, "xDim", xDim, 1);
  return {
    name,
    thetaDim,
    xDim,
    simulate: (key, theta, first = 0) => {
      requireWidth(name, theta, thetaDim);
      return mapRows(
        theta.n,
        xDim,
        `simulator "${name}"`,
        (i) => simulate(stream(foldIn(key, first + i)), row(theta, i)),
      );
    },
    ...(logLikelihood && {
      logLikelihood: (theta: Points, x: Points) =>
        Float64Array.from({ length: theta.n }, (_, i) => logLikelihood(row(theta, i), row(x, i))),
    }),
    ...(score && {
      score: (theta: Points, x: Points) =>
        mapRows(theta.n, thetaDim, `the score of "${name}"`, (i) => score(row(theta, i), row(x, i))),
    }),
  };
}

function mapRows(n: number, dim: number, who: string, fn: (i: number) => ArrayLike<number>): Points {
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) {
    const values = fn(i);
    if (values.length !== dim) {
      throw new WidthError(
        `Cannot use the output of ${who} as a row must have length ${dim}: row ${i} has length ${values.length}`,
      );
    }
    out.data.set(values, i * dim);
  }
  return out;
}

function requireWidth(name: string, theta: Points, thetaDim: number): void {
  if (theta.dim === thetaDim) return;
  throw new TypeError(
    `Cannot run simulator "${name}" as theta must have ${thetaDim} columns: current value is ${theta.dim}`,
  );
}
