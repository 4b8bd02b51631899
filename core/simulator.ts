/**
 * The simulator contract, and the short way to write one.
 *
 * @module
 */

import { asyncRows } from "./_async_rows.ts";
import { asyncByPosition, byPosition } from "./_by_position.ts";
import type { AsyncSimulator, AsyncSimulatorDefinition } from "./async_simulator.ts";
import { requireText } from "./_plain_data.ts";
import { requireColumns, requireInteger, requireKey, requireLength } from "./check.ts";
import { setRow } from "./_set_row.ts";
import { foldIn, type Key } from "./key.ts";
import type { SimulatorDefinition } from "./simulator_definition.ts";
import type { NamedAsyncSimulatorDefinition, NamedSimulatorDefinition } from "./named_simulator.ts";
import { type Points, row, zeros } from "./points.ts";
import { stream } from "./stream.ts";

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
  /** One name per number of a row of `x`, where they have names. */
  readonly xNames?: readonly string[] | undefined;
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
  /** The exact score ∇θ log p(x | theta), row by row: `[n, thetaDim]`, at any theta. */
  score?(theta: Points, x: Points): Points;
  /**
   * As {@linkcode Simulator.simulate}, the same `x` for the same key, with the score of each row
   * at its own theta; wins over {@linkcode Simulator.score} where data are simulated with scores.
   *
   * For simulators that know the score only, or cheapest, while they run. A *joint* score
   * ∇θ log p(x, z | theta) of the hidden steps z is as good: its mean given (x, theta) is the score
   * of x (Fisher's identity). That holds for the theta that made x and for no other, so joint
   * scores cannot be moved to shuffled pairs.
   */
  simulateScored?(key: Key, theta: Points, first?: number): ScoredRows;
}

/** Simulated rows with scores at their own parameters. */
export interface ScoredRows {
  /** `[n, xDim]`. */
  readonly x: Points;
  /** `[n, thetaDim]`: exact, or joint with what the simulator keeps to itself. */
  readonly score: Points;
}

/**
 * One fidelity of a simulator: the same parameters, data of the same width, cheaper and less exact than
 * the levels above it. The last level has the law of the simulator itself.
 *
 * Levels are coupled by common random numbers: for one key and row every level reads the same random
 * numbers wherever it can, so that data of two levels differ little. {@linkcode leveled} builds simulators
 * for which that holds by construction.
 */
export interface Level {
  /** In words: `"50 steps"`. */
  readonly name?: string;
  /** Cost of one row, > 0, in any unit that all levels of a simulator share; absent: it is measured. */
  readonly cost?: number;
  /** As {@linkcode Simulator.simulate}. */
  simulate(key: Key, theta: Points, first?: number): Points;
  /**
   * This level and the one below it on the same random numbers, where one run gives both, as when the coarse
   * path is a prefix of the fine one: a pair then costs this level alone. The rows are those that both
   * levels simulate by themselves.
   */
  simulatePair?(key: Key, theta: Points, first?: number): LevelPair;
}

/** Coupled rows of two levels. */
export interface LevelPair {
  /** `[n, xDim]`: of the level itself. */
  readonly fine: Points;
  /** `[n, xDim]`: of the level below. */
  readonly coarse: Points;
}

/**
 * Builds a simulator from a function of one row.
 *
 * @param definition Its name, widths and functions.
 * @returns The simulator.
 * @throws {RangeError} If a width is not a whole number ≥ 1.
 * @throws {TypeError} If the name is no text, or empty.
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
export function simulator(definition: SimulatorDefinition): Simulator;
/**
 * Builds a simulator from an asynchronous function of one row: one that waits for a server, a program, or
 * WebAssembly that is being compiled.
 *
 * @param definition Its name, widths and functions; `simulate` is declared `async`.
 * @returns The simulator, whose rows are waited for.
 * @throws {RangeError} If a width or the concurrency is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, simulator } from "@likely/core";
 *
 * const later = simulator({
 *   name: "later",
 *   thetaDim: 1,
 *   xDim: 1,
 *   simulate: async (_random, [a]) => [await Promise.resolve(2 * a!)],
 * });
 * assertEquals((await later.simulateAsync(key(0), fromRows([[1], [2]]))).x, fromRows([[2], [4]]));
 * ```
 */
export function simulator(definition: AsyncSimulatorDefinition): AsyncSimulator;
/**
 * Builds a simulator from a function of one row that takes its parameters by name, as the prior names them.
 *
 * How many numbers a row of x has is found by simulating one when it is first asked for. Where rows are
 * returned by name their numbers keep these names, in stores and surrogates too.
 *
 * @typeParam Name Names of the parameters.
 * @param definition Its name, prior and functions.
 * @returns The simulator.
 * @throws {RangeError} If `xDim` is given and no whole number ≥ 1.
 * @throws {TypeError} If there are not as many `xNames`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, independent, simulator, uniform } from "@likely/core";
 *
 * const { xNames, xDim } = simulator({
 *   name: "line",
 *   prior: independent({ slope: uniform(-1, 1), offset: uniform(0, 5) }),
 *   simulate: (random, { slope, offset }) => ({
 *     start: drawNormal(random, offset),
 *     end: drawNormal(random, offset + slope),
 *   }),
 * });
 * assertEquals([xNames, xDim], [["start", "end"], 2]);
 * ```
 */
export function simulator<Name extends string>(definition: NamedSimulatorDefinition<Name>): Simulator;
/**
 * Builds a simulator from an asynchronous function of one row that takes its parameters by name.
 *
 * @typeParam Name Names of the parameters.
 * @param definition Its name, prior and functions, and what a row of x is; `simulate` is declared `async`.
 * @returns The simulator, whose rows are waited for.
 * @throws {RangeError} If `xDim` or the concurrency is not a whole number ≥ 1.
 * @throws {TypeError} If there is neither `xDim` nor `xNames`, or they do not agree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, independent, key, normal, simulator } from "@likely/core";
 *
 * const later = simulator({
 *   name: "later",
 *   prior: independent({ a: normal(0, 1) }),
 *   xDim: 1,
 *   simulate: async (_random, { a }) => [await Promise.resolve(2 * a)],
 * });
 * assertEquals((await later.simulateAsync(key(0), fromRows([[1], [2]]))).x, fromRows([[2], [4]]));
 * ```
 */
export function simulator<Name extends string>(
  definition: NamedAsyncSimulatorDefinition<Name>,
): AsyncSimulator;
export function simulator(definition: AnyDefinition): Simulator | AsyncSimulator {
  const placed = byPlace(definition);
  const { name, thetaDim, logLikelihood, score } = placed;
  requireText("build a simulator", "its name", name);
  const action = `build simulator "${name}"`;
  requireInteger(action, "thetaDim", thetaDim, 1);
  // By name it may be left out, and is not looked for yet.
  if (!("prior" in definition) || definition.xDim !== undefined) {
    requireInteger(action, "xDim", definition.xDim!, 1);
    if (definition.xNames) requireLength(action, "xNames", definition.xNames.length, definition.xDim!);
  }
  // Assigned, not spread: that would ask for `xDim`.
  return Object.assign(isDeclaredAsync(placed) ? asyncOf(placed) : syncOf(placed as SimulatorDefinition), {
    ...(logLikelihood && {
      logLikelihood: (theta: Points, x: Points) =>
        Float64Array.from({ length: theta.n }, (_, i) => logLikelihood(row(theta, i), row(x, i))),
    }),
    ...(score && {
      score: (theta: Points, x: Points) =>
        mapRows(theta.n, thetaDim, `the score of "${name}"`, (i) => score(row(theta, i), row(x, i))),
    }),
  });
}

type AnyDefinition =
  | SimulatorDefinition
  | AsyncSimulatorDefinition
  | NamedSimulatorDefinition<string>
  | NamedAsyncSimulatorDefinition<string>;

function byPlace(definition: AnyDefinition): SimulatorDefinition | AsyncSimulatorDefinition {
  if (!("prior" in definition)) return definition;
  return isDeclaredAsync(definition)
    ? asyncByPosition(definition as NamedAsyncSimulatorDefinition<string>)
    : byPosition(definition as NamedSimulatorDefinition<string>);
}

/** A function that is declared `async` says so before it is called. */
function isDeclaredAsync(
  definition: Pick<AnyDefinition, "simulate">,
): definition is AsyncSimulatorDefinition {
  return Object.prototype.toString.call(definition.simulate) === "[object AsyncFunction]";
}

function asyncOf(definition: AsyncSimulatorDefinition): AsyncSimulator {
  const { name, thetaDim, concurrency } = definition;
  const who = `simulator "${name}"`;
  if (concurrency !== undefined) requireInteger(`build ${who}`, "concurrency", concurrency, 1);
  const built = asyncRows(definition, (to, i, values) => setRow(to, i, who, values));
  return {
    ...built,
    ...(definition.xNames && { xNames: definition.xNames }),
    simulateAsync: async (key, theta, call) => {
      requireColumns(`run simulator "${name}"`, "theta", theta, thetaDim);
      return await built.simulateAsync(key, theta, call);
    },
  };
}

function syncOf(definition: SimulatorDefinition): Simulator {
  const { name, thetaDim, simulate, simulateScored } = definition;
  return {
    name,
    thetaDim,
    get xDim() {
      return definition.xDim;
    },
    get xNames() {
      return definition.xNames;
    },
    simulate: (key, theta, first = 0) => {
      requireKey(`run simulator "${name}"`, key);
      requireColumns(`run simulator "${name}"`, "theta", theta, thetaDim);
      const own = new Float64Array(thetaDim);
      return mapRows(
        theta.n,
        definition.xDim,
        `simulator "${name}"`,
        (i) => simulate(stream(foldIn(key, first + i)), copyOf(theta, i, own)),
      );
    },
    ...(simulateScored && {
      simulateScored: (key: Key, theta: Points, first = 0) => {
        requireKey(`run simulator "${name}"`, key);
        requireColumns(`run simulator "${name}"`, "theta", theta, thetaDim);
        const score = zeros(theta.n, thetaDim);
        const own = new Float64Array(thetaDim);
        const x = mapRows(theta.n, definition.xDim, `simulator "${name}"`, (i) => {
          const scored = simulateScored(stream(foldIn(key, first + i)), copyOf(theta, i, own));
          setRow(score, i, `the score of "${name}"`, scored.score);
          return scored.x;
        });
        return { x, score };
      },
    }),
  };
}

/** A row that the function may change: it is a copy, the same array for every row. */
function copyOf(theta: Points, i: number, own: Float64Array): Float64Array {
  own.set(row(theta, i));
  return own;
}

function mapRows(n: number, dim: number, who: string, fn: (i: number) => ArrayLike<number>): Points {
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) setRow(out, i, who, fn(i));
  return out;
}
