/**
 * Simulators at several fidelities, coupled by construction.
 *
 * @module
 */

import { requireText } from "./_plain_data.ts";
import { setRow } from "./_set_row.ts";
import { requireInteger } from "./check.ts";
import { foldIn, type Key } from "./key.ts";
import { type Points, row, zeros } from "./points.ts";
import type { Level, Simulator } from "./simulator.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * The random numbers of one row, by the name of what they are for. Number k of a component is the same for
 * every level, however many the level reads, of this component or of others: a coarse run reads the first
 * steps' noise that the fine one reads, and the same noise of observation.
 */
export interface Noise {
  /**
   * Opens a component from its first number; opened again, it begins again.
   *
   * @param component `"steps"`, `"observation"`.
   */
  of(component: string): Stream;
}

/** One fidelity, row by row. */
export interface LevelDefinition {
  /** In words: `"50 steps"`. */
  readonly name?: string;
  /** Cost of one row, > 0, in a unit that all levels share; absent: it is measured. */
  readonly cost?: number;
  /** Simulates one row: reads `theta`, draws from `noise`, returns `xDim` numbers. */
  readonly simulate: (noise: Noise, theta: Float64Array) => ArrayLike<number>;
  /** The same row and, from the same run, that of the level below; see `Level.simulatePair`. */
  readonly simulatePair?: (
    noise: Noise,
    theta: Float64Array,
  ) => { readonly fine: ArrayLike<number>; readonly coarse: ArrayLike<number> };
}

/** What {@linkcode leveled} needs to know. */
export interface LeveledDefinition {
  /** A short name, kept in provenance. */
  readonly name: string;
  /** Numbers in a row of `theta`. */
  readonly thetaDim: number;
  /** Numbers in a row of `x`, the same at all levels. */
  readonly xDim: number;
  /** From the cheapest to the most exact, two at least. */
  readonly levels: readonly LevelDefinition[];
  /** The exact log-likelihood of one row of the last level, in nats, where it is known. */
  readonly logLikelihood?: (theta: Float64Array, x: Float64Array) => number;
}

/** A simulator with levels. */
export interface LeveledSimulator extends Simulator {
  /** From the cheapest to the most exact, which is the simulator itself. */
  readonly levels: readonly Level[];
}

/**
 * Builds a simulator at several fidelities. Every row has random numbers of its own by component, see
 * {@linkcode Noise}: levels that read the same components are coupled, whatever their number of steps.
 *
 * @param definition Name, sizes, levels.
 * @returns The simulator, which is its last level.
 * @throws {TypeError} If there are fewer than two levels.
 * @throws {RangeError} If a size is not a whole number ≥ 1, or a cost is not a finite number > 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { drawNormal, fromRows, key, leveled } from "@likely/core";
 *
 * const walk = (steps: number) => ({
 *   name: `${steps} steps`,
 *   cost: steps,
 *   simulate: (noise: { of(component: string): { uniform(): number } }, theta: Float64Array) => {
 *     const observed = drawNormal(noise.of("observation"), 0, 0.1);
 *     return [(1 + theta[0]! / steps) ** steps + observed];
 *   },
 * });
 * const { levels } = leveled({ name: "growth", thetaDim: 1, xDim: 1, levels: [walk(4), walk(64)] });
 * const theta = fromRows([[0.5]]);
 * const [coarse, fine] = levels.map((level) => level.simulate(key(1), theta).data[0]!);
 * // The noise of observation is the same.
 * assertAlmostEquals(fine! - coarse!, (1 + 0.5 / 64) ** 64 - (1 + 0.5 / 4) ** 4, 1e-12);
 * ```
 */
export function leveled(definition: LeveledDefinition): LeveledSimulator {
  const { name, thetaDim, xDim, levels: definitions, logLikelihood } = definition;
  requireText("build a simulator", "its name", name);
  const action = `build simulator "${name}"`;
  requireInteger(action, "thetaDim", thetaDim, 1);
  requireInteger(action, "xDim", xDim, 1);
  if (definitions.length < 2) {
    throw new TypeError(
      `Cannot ${action} as there must be two levels at least: current number is ${definitions.length}`,
    );
  }
  const levels = definitions.map((level, l) => levelOf(definition, level, l));
  return {
    name,
    thetaDim,
    xDim,
    levels,
    simulate: levels.at(-1)!.simulate,
    ...(logLikelihood && {
      logLikelihood: (theta: Points, x: Points) =>
        Float64Array.from({ length: theta.n }, (_, i) => logLikelihood(row(theta, i), row(x, i))),
    }),
  };
}

function levelOf({ name, thetaDim, xDim }: LeveledDefinition, level: LevelDefinition, l: number): Level {
  const { name: ofLevel, cost, simulate, simulatePair } = level;
  const who = `level ${l} of "${name}"`;
  if (cost !== undefined && !(cost > 0 && cost < Infinity)) {
    throw new RangeError(
      `Cannot build ${who} as its cost must be a finite number > 0: current value is ${cost}`,
    );
  }
  const requireTheta = (theta: Points) => {
    if (theta.dim === thetaDim) return;
    throw new TypeError(
      `Cannot run ${who} as theta must have ${thetaDim} columns: current value is ${theta.dim}`,
    );
  };
  return {
    ...(ofLevel !== undefined && { name: ofLevel }),
    ...(cost !== undefined && { cost }),
    simulate: (key, theta, first = 0) => {
      requireTheta(theta);
      const out = zeros(theta.n, xDim);
      for (let i = 0; i < theta.n; i++) {
        setRow(out, i, who, simulate(noiseOf(foldIn(key, first + i)), copyOf(theta, i)));
      }
      return out;
    },
    ...(simulatePair && {
      simulatePair: (key, theta, first = 0) => {
        requireTheta(theta);
        const [fine, coarse] = [zeros(theta.n, xDim), zeros(theta.n, xDim)];
        for (let i = 0; i < theta.n; i++) {
          const pair = simulatePair(noiseOf(foldIn(key, first + i)), copyOf(theta, i));
          setRow(fine, i, who, pair.fine);
          setRow(coarse, i, `what ${who} says of the level below`, pair.coarse);
        }
        return { fine, coarse };
      },
    }),
  };
}

/** A row that the function may change: others read it, too. */
function copyOf(theta: Points, i: number): Float64Array {
  return row(theta, i).slice();
}

function noiseOf(key: Key): Noise {
  return { of: (component) => stream(foldIn(key, hashOf(component))) };
}

// Most simulators have a few components; whoever names thousands hashes them again.
const HASHES = new Map<string, number>();
const MOST_HASHES = 1000;

/** FNV-1a, 32 bits: different names, different streams. */
function hashOf(text: string): number {
  const known = HASHES.get(text);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  if (HASHES.size < MOST_HASHES) HASHES.set(text, hash >>> 0);
  return hash >>> 0;
}
