/**
 * Power spectra of matter at two fidelities, as pairs with noise of observation.
 *
 * @module
 */

import {
  drawNormal,
  foldIn,
  independent,
  type Key,
  type LevelPair,
  type Points,
  type Prior,
  row,
  split,
  stream,
  uniform,
  zeros,
} from "@likely/core";
import {
  requireColumns,
  requireInteger,
  requireLength,
  requireNonNegative,
  requireRows,
} from "@likely/core/check";

const ACTION = "pair spectra";
// What the noise of a vanishing spectrum is, in units of `noise`.
const FLOOR = 0.05;

/** A finite table of simulations: row i of both spectra is one universe. */
export interface CamelsSuite {
  /** `[n, 1]`: σ₈, in (0.6, 1). */
  readonly parameters: Points;
  /** `[n, k]`: P(k) with gas, stars and black holes. */
  readonly high: Points;
  /** `[n, k]`: P(k) of gravity alone, with the same cosmology and the same initial conditions. */
  readonly low: Points;
  /** `[k]`, in h/Mpc. */
  readonly wavenumbers: ArrayLike<number>;
}

/** Options of {@linkcode camelsPairs}. */
export interface CamelsOptions {
  /**
   * How many rows, from the first, are run at both fidelities; the others are run at the lower one.
   *
   * @default {20}
   */
  readonly pairs?: number;
  /**
   * Size of the noise of observation, as a share of the spectrum. The paper's notebook says 0.05; its stored
   * data have 0.2.
   *
   * @default {0.05}
   */
  readonly noise?: number;
  /**
   * Whether both fidelities of a row have the same noise, as the method asks. The paper's stored data do not.
   *
   * @default {true}
   */
  readonly matched?: boolean;
}

/** Parameters with data. */
export interface CamelsRows {
  /** `[n, 1]`. */
  readonly theta: Points;
  /** `[n, k]`. */
  readonly x: Points;
}

/** What {@linkcode camelsPairs} makes of a suite. */
export interface CamelsPairs {
  /** σ₈ ~ U(0.6, 1), as the suite's design. */
  readonly prior: Prior;
  /** `[n − pairs]` rows of the lower fidelity alone. */
  readonly low: CamelsRows;
  /** `[pairs]` rows at both fidelities. */
  readonly pairs: LevelPair & {
    /** `[pairs, 1]`. */
    readonly theta: Points;
  };
  /** `[n − pairs]`: the higher fidelity of the rows in `low`, for tests. Their parameters are in training too. */
  readonly held: CamelsRows;
}

/**
 * Observes a suite of simulated universes at two fidelities: `x_k = k (P_k + s (0.05 + P_k) ε_k)` with s
 * the size of the noise and ε standard normal, for each wavenumber k.
 *
 * This is no simulator: a finite table can't be asked for another σ₈. What else differs between its rows, Ωₘ,
 * the physics of galaxies and the initial conditions, is noise to whoever infers σ₈ alone; both
 * fidelities of a row share the cosmology and the initial conditions. The noise of row i depends on the key
 * and on i alone: other keys observe the same universes again.
 *
 * Made for the LH set of CAMELS IllustrisTNG, 1,000 runs with gas and 1,000 without; it is not part of this
 * package. Source: Villaescusa-Navarro et al. (2021), "The CAMELS project", https://arxiv.org/abs/2010.00619;
 * task of Hikida, Bharti, Jeffrey & Briol (2025), "Multilevel neural simulation-based inference",
 * https://arxiv.org/abs/2506.06087.
 *
 * @param key The key to consume.
 * @param suite Parameters and both spectra.
 * @param options Number of pairs, noise of observation.
 * @returns Unpaired low rows, pairs, and what was held back.
 * @throws {TypeError} If sizes do not agree.
 * @throws {RangeError} If a number is not finite, σ₈ is not in (0.6, 1), `pairs` is not a whole number in
 * [1, n − 1], or `noise` is not ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { camelsPairs } from "@likely/simulators";
 *
 * const suite = {
 *   parameters: fromRows([[0.7], [0.8], [0.9]]),
 *   high: fromRows([[90, 40], [95, 42], [99, 44]]),
 *   low: fromRows([[91, 45], [96, 47], [99, 50]]),
 *   wavenumbers: [0.5, 1],
 * };
 * const { low, pairs } = camelsPairs(key(0), suite, { pairs: 1, noise: 0 });
 * assertEquals([...pairs.fine.data, ...pairs.coarse.data], [45, 40, 45.5, 45]);
 * assertEquals([...low.theta.data], [0.8, 0.9]);
 * ```
 */
export function camelsPairs(key: Key, suite: CamelsSuite, options: CamelsOptions = {}): CamelsPairs {
  const { pairs = 20, noise = 0.05, matched = true } = options;
  const { parameters, high, low, wavenumbers } = suite;
  requireSuite(suite);
  requireInteger(ACTION, "pairs", pairs, 1, parameters.n - 1);
  requireNonNegative(ACTION, "noise", noise);
  const [ofHigh, ofLow] = split(key, 2) as [Key, Key];
  const fine = observe(ofHigh, high, wavenumbers, noise);
  const coarse = observe(matched ? ofHigh : ofLow, low, wavenumbers, noise);
  const rest = rows(parameters, pairs);
  return {
    prior: independent({ sigma_8: uniform(0.6, 1) }),
    low: { theta: rest, x: rows(coarse, pairs) },
    pairs: { theta: rows(parameters, 0, pairs), fine: rows(fine, 0, pairs), coarse: rows(coarse, 0, pairs) },
    held: { theta: rest, x: rows(fine, pairs) },
  };
}

function observe(key: Key, power: Points, wavenumbers: ArrayLike<number>, noise: number): Points {
  const out = zeros(power.n, power.dim);
  for (let i = 0; i < power.n; i++) {
    const random = stream(foldIn(key, i));
    row(power, i).forEach((p, j) => {
      row(out, i)[j] = wavenumbers[j]! * (p + noise * (FLOOR + p) * drawNormal(random));
    });
  }
  return out;
}

function rows({ data, dim, n }: Points, from: number, to: number = n): Points {
  return { data: data.slice(from * dim, to * dim), n: to - from, dim };
}

function requireSuite({ parameters, high, low, wavenumbers }: CamelsSuite): void {
  requireColumns(ACTION, "parameters", parameters, 1);
  requireLength(ACTION, "high", high.n, parameters.n);
  requireLength(ACTION, "low", low.n, parameters.n);
  requireColumns(ACTION, "high", high, wavenumbers.length);
  requireColumns(ACTION, "low", low, wavenumbers.length);
  for (const [name, values] of Object.entries({ parameters, high, low })) {
    requireRows(ACTION, name, values, 2);
  }
  const outside = parameters.data.findIndex((value) => !(value > 0.6 && value < 1));
  if (outside < 0) return;
  throw new RangeError(
    `Cannot ${ACTION} as parameters must be in (0.6, 1): row ${outside} has ${parameters.data[outside]}`,
  );
}
