/**
 * A Brown–Resnick max-stable field on a grid: spatial extremes, without a likelihood.
 *
 * @module
 */

import { drawExponential, extent, type Interval, simulator, type Stream, type Task } from "@likely/core";
import { cholesky, multiplyLower } from "@likely/core/cholesky";
import { logUniforms, rememberLast, requireGrid } from "./_field.ts";
import { fillNormals } from "./_fill_normals.ts";
import { mirrorBlocks } from "./_mirror_blocks.ts";

const ACTION = "build a Brown-Resnick field";

/** Options of {@linkcode brownResnick}. */
export interface BrownResnickOptions {
  /**
   * Sites along the first axis.
   *
   * @default {25}
   */
  readonly rows?: number;
  /**
   * Sites along the second axis.
   *
   * @default {25}
   */
  readonly columns?: number;
  /**
   * Distance between neighbours; 25 sites span [0, 20] by default.
   *
   * @default {20 / 24}
   */
  readonly spacing?: number;
  /**
   * Where the prior puts λ, in units of distance.
   *
   * @default {{ low: 0.2, high: 2 }}
   */
  readonly range?: Interval;
  /**
   * Where the prior puts ν, in (0, 2).
   *
   * @default {{ low: 0.2, high: 1.9 }}
   */
  readonly smoothness?: Interval;
}

/**
 * Builds the Brown–Resnick field with semivariogram `γ(h) = (h / λ)^ν` and unit Fréchet margins,
 * `P(Z ≤ z) = exp(−1 / z)`: `theta = (log λ, log ν)`, x row-major. The prior is uniform in theta.
 *
 * `Z(s) = maxᵢ Yᵢ(s) / Γᵢ` over all storms of a Poisson process; drawn exactly, site after site:
 * storms through site k, `exp(W(s) − W(k) − γ(s − k))` with W a fractional Brownian field, come
 * in order of their strength there, until none can exceed what site k has; a storm counts if it
 * stays below Z at all sites before k.
 *
 * Neither likelihood nor score is known: the density of n sites is a sum over all partitions of
 * them. It is the contrast to the other fields, for cross-entropy alone; `brownResnickPairwise` is
 * the usual stand-in.
 *
 * Source: Kabluchko, Schlather & de Haan (2009), "Stationary max-stable fields associated to negative
 * definite functions"; the algorithm of extremal functions of Dombry, Engelke & Oesting (2016),
 * "Exact simulation of max-stable processes", https://arxiv.org/abs/1506.04430; the grid of
 * Walchessen, Lenzi & Kuusela (2024), https://arxiv.org/abs/2305.04634.
 *
 * @param options Grid and prior.
 * @returns The task.
 * @throws {RangeError} If a size, a distance or an interval is out of range.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { brownResnick } from "@likely/simulators";
 *
 * const { prior, simulator } = brownResnick({ rows: 3, columns: 3, spacing: 1 });
 * assert(simulator.simulate(key(1), prior.sample(key(0), 2)).data.every((z) => z > 0));
 * assert(simulator.score === undefined);
 * ```
 */
export function brownResnick(options: BrownResnickOptions = {}): Task {
  const { rows = 25, columns = 25, spacing = 20 / 24 } = options;
  const { range = { low: 0.2, high: 2 }, smoothness = { low: 0.2, high: 1.9 } } = options;
  requireGrid(ACTION, { rows, columns, spacing });
  if (!(smoothness.high < 2)) {
    throw new RangeError(`Cannot ${ACTION} as smoothness must be < 2: current value is ${smoothness.high}`);
  }
  const stormsAt = rememberLast((theta) => storms(rows, columns, variogram(theta, spacing)));
  return {
    name: "brown_resnick",
    prior: logUniforms(ACTION, { range, smoothness }),
    simulator: simulator({
      name: "brown_resnick",
      thetaDim: 2,
      xDim: rows * columns,
      simulate: (random, theta) => extremes(random, stormsAt(theta), rows * columns),
    }),
  };
}

/** γ at so many rows and columns apart. */
type Variogram = (down: number, across: number) => number;

function variogram(theta: Float64Array, spacing: number): Variogram {
  const [range, smoothness] = [Math.exp(theta[0]!), Math.exp(theta[1]!)];
  return (down, across) => (spacing * Math.hypot(down, across) / range) ** smoothness;
}

/** Draws a storm of strength 1 at site k: `exp(W(s) − W(k) − γ(s − k))` at every site. */
type DrawStorm = (random: Stream, k: number) => Float64Array;

// cov(W(s), W(t)) = γ(s) + γ(t) − γ(s − t), distances from the middle of the grid, and a constant
// that all sites share, which cancels: it makes the middle as random as the rest.
function storms(rows: number, columns: number, gamma: Variogram): DrawStorm {
  const blocks = mirrorBlocks(rows, columns);
  const onGrid = (value: (row: number, column: number) => number) =>
    Float64Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns));
  const apart = onGrid(gamma);
  const extra = Math.max(extent(apart)[1], 1);
  const site = onGrid((row, column) => gamma(row - (rows - 1) / 2, column - (columns - 1) / 2) + extra / 2);
  const factors = blocks.fold(apart.map((value) => -value), site)
    .map((matrix) => cholesky(matrix, { floor: 1e-14 }));
  return (random, k) => {
    const parts = new Float64Array(rows * columns);
    fillNormals(random, parts);
    let start = 0;
    for (const { size, matrix } of blocks.list) {
      multiplyLower(factors[matrix]!, parts.subarray(start, start += size));
    }
    const field = blocks.join(parts);
    const [row, column] = [Math.floor(k / columns), k % columns];
    return field.map((value, s) => {
      const down = Math.abs(Math.floor(s / columns) - row);
      return Math.exp(value - field[k]! - apart[down * columns + Math.abs(s % columns - column)]!);
    });
  };
}

function extremes(random: Stream, drawStorm: DrawStorm, n: number): Float64Array {
  const z = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let time = drawExponential(random); 1 / time > z[k]!; time += drawExponential(random)) {
      const storm = drawStorm(random, k);
      let isNew = true;
      for (let s = 0; s < k && isNew; s++) isNew = storm[s]! / time < z[s]!;
      if (isNew) storm.forEach((value, s) => z[s] = Math.max(z[s]!, value / time));
    }
  }
  return z;
}
