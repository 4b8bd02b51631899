/**
 * Simulators that take their time: a program, a server, an asynchronous function.
 *
 * @module
 */

import type { SimulationFailure } from "./dataset.ts";
import type { Key } from "./key.ts";
import type { Points } from "./points.ts";
import type { Stream } from "./stream.ts";

/**
 * As a `Simulator`, but its rows are waited for.
 *
 * Row i of a call depends on the key, on `first + i` and on row i of `theta` alone, here too.
 */
export interface AsyncSimulator {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`. */
  readonly xDim: number;
  /** One name per number of a row of `x`, where they have names. */
  readonly xNames?: readonly string[] | undefined;
  /** The exact log p(x | theta) in nats, row by row: `[n]`. */
  logLikelihood?(theta: Points, x: Points): Float64Array;
  /** The exact score ∇θ log p(x | theta), row by row: `[n, thetaDim]`, at any theta. */
  score?(theta: Points, x: Points): Points;
  /** The same simulator at rising fidelity. */
  readonly levels?: readonly AsyncLevel[];
  /**
   * How many calls at a time to make of it from one thread, as its rows are made elsewhere: by programs, by
   * servers. Absent: they are made by the thread that calls, and workers share them out.
   */
  readonly concurrency?: number;
  /**
   * Whether {@linkcode AsyncSimulator.simulateAsync} gives scores where it is asked for them.
   *
   * @default {false}
   */
  readonly givesScores?: boolean;
  /**
   * Simulates one `x` per row.
   *
   * @param key The key of the whole run.
   * @param theta `[n, thetaDim]`.
   * @param call Where in the run the rows are, and what is wanted.
   * @returns The rows; those that failed hold a number that is not finite.
   */
  simulateAsync(key: Key, theta: Points, call?: AsyncCall): Promise<AsyncRows>;
  /** Lets go of programs and connections. A later call opens them again. */
  close?(): Promise<void>;
}

/** One fidelity of an {@linkcode AsyncSimulator}; on the levels of a `Simulator` see there. */
export interface AsyncLevel {
  /** In words: `"50 steps"`. */
  readonly name?: string;
  /** Cost of one row, > 0, in any unit that all levels share; absent: it is measured. */
  readonly cost?: number;
  /** As {@linkcode AsyncSimulator.simulateAsync}, on the same random numbers for the same key and row. */
  simulateAsync(key: Key, theta: Points, call?: AsyncCall): Promise<AsyncRows>;
}

/** One call of {@linkcode AsyncSimulator.simulateAsync}. */
export interface AsyncCall {
  /**
   * The index of the first row in the whole run.
   *
   * @default {0}
   */
  readonly first?: number;
  /**
   * Whether scores are wanted: only of a simulator that gives them.
   *
   * @default {false}
   */
  readonly score?: boolean;
  /** Aborted when nobody waits for the rows any more. */
  readonly signal?: AbortSignal;
}

/** Rows that were waited for. */
export interface AsyncRows {
  /** `[n, xDim]`. */
  readonly x: Points;
  /** `[n, thetaDim]`, where scores were wanted. */
  readonly score?: Points;
  /** Why rows failed, numbered as in the whole run; not every failed row need be here. */
  readonly failures?: readonly SimulationFailure[];
}

/** What `simulator` needs to know of a simulator whose rows are waited for. */
export interface AsyncSimulatorDefinition {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`. */
  readonly xDim: number;
  /** One name per number of a row of `x`, where they have names. */
  readonly xNames?: readonly string[] | undefined;
  /**
   * Simulates one row, in an `async` function: reads `theta`, draws from `random`, resolves to `xDim`
   * numbers. The signal is aborted when nobody waits for the row any more.
   */
  readonly simulate: (
    random: Stream,
    theta: Float64Array,
    signal?: AbortSignal,
  ) => Promise<ArrayLike<number>>;
  /**
   * Rows at a time, where they are made elsewhere, as by a server. Absent: one after the other on each worker.
   */
  readonly concurrency?: number;
  /** The exact log-likelihood of one row, in nats, where it is known. */
  readonly logLikelihood?: (theta: Float64Array, x: Float64Array) => number;
  /** The exact θ-score of one row, where it is known. */
  readonly score?: (theta: Float64Array, x: Float64Array) => ArrayLike<number>;
}
