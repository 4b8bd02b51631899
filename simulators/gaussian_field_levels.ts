/**
 * A Gaussian random field by resolution.
 *
 * @module
 */

import { type Interval, type LevelDefinition, leveled, type Task } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { logUniforms, rememberLast } from "./_field.ts";
import { nestedNormals } from "./_nested_normals.ts";
import { blockMeans, nestedOrder, smooth, smoothingWeights } from "./_torus_field.ts";

const NAME = "gaussian_field_levels";
const ACTION = "build Gaussian field levels";
// Sides of the blocks whose means are observed, in cells of the coarsest grid.
const BLOCKS = [1, 2, 4];

/** Options of {@linkcode gaussianFieldLevels}. */
export interface GaussianFieldLevelsOptions {
  /**
   * Cells along each axis of the square, by level: a multiple of four, then twice as many each time.
   *
   * @default {[16, 32, 64]}
   */
  readonly sides?: readonly number[];
  /**
   * Where the prior puts σ².
   *
   * @default {{ low: 0.2, high: 2.5 }}
   */
  readonly variance?: Interval;
  /**
   * Where the prior puts ℓ, as a share of the square's side.
   *
   * @default {{ low: 0.05, high: 0.3 }}
   */
  readonly length?: Interval;
}

/**
 * Builds a Gaussian field of mean 0 on a square with opposite sides joined, at several resolutions:
 * `theta = (log σ², log ℓ)`, and x the logarithms of three powers.
 *
 * The field is white noise, smoothed by a Gaussian, with variance σ² and covariance `σ² exp(−d² / 2ℓ²)` where
 * cells and ℓ are small beside the square. Power j is the mean square of the field's means over blocks of 1, 2
 * and 4 cells of the coarsest grid a side, whatever the level's own: their ratios tell ℓ, their size σ².
 *
 * The white noise of a coarse cell is that of the four cells it is split into, summed: levels show one
 * landscape. The cost is the number of cells, which the time follows up to about 64 a side; beyond, smoothing
 * takes the third power of the side. The prior is uniform in theta. The likelihood of the powers is not known.
 *
 * @param options Resolutions and prior.
 * @returns The task.
 * @throws {RangeError} If there are fewer than two levels, a side is not a multiple of four or not twice the one
 * before, or an interval is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { gaussianFieldLevels } from "@likely/simulators";
 *
 * const theta = fromRows([[0, Math.log(0.2)]]);
 * const [coarse, , fine] = gaussianFieldLevels().simulator.levels!.map((level) =>
 *   level.simulate(key(0), theta).data
 * );
 * assertAlmostEquals(coarse![2]!, fine![2]!, 0.3);
 * ```
 */
export function gaussianFieldLevels(options: GaussianFieldLevelsOptions = {}): Task {
  const { sides = [16, 32, 64] } = options;
  const { variance = { low: 0.2, high: 2.5 }, length = { low: 0.05, high: 0.3 } } = options;
  requireSides(sides);
  const counts = sides.map((side) => side * side);
  const levels = sides.map((side, l): LevelDefinition => {
    const order = nestedOrder(sides[0]!, side);
    const weightsAt = rememberLast((theta) => smoothingWeights(side, Math.exp(theta[1]!)));
    return {
      name: `${side} x ${side}`,
      cost: side * side,
      simulate: (noise, theta) => {
        const white = new Float64Array(side * side);
        nestedNormals(noise, "white", counts, l).forEach((z, i) => white[order[i]!] = z);
        const field = smooth(white, weightsAt(theta));
        return BLOCKS.map((block) => theta[0]! + logPower(blockMeans(field, block * side / sides[0]!)));
      },
    };
  });
  return {
    name: NAME,
    prior: logUniforms(ACTION, { variance, length }),
    simulator: leveled({ name: NAME, thetaDim: 2, xDim: BLOCKS.length, levels }),
  };
}

function logPower(field: Float64Array): number {
  return Math.log(field.reduce((sum, value) => sum + value * value, 0) / field.length);
}

function requireSides(sides: readonly number[]): void {
  if (sides.length < 2) {
    throw new RangeError(
      `Cannot ${ACTION} as sides must name two levels at least: current number is ${sides.length}`,
    );
  }
  sides.forEach((side, l) => {
    requireInteger(ACTION, "sides", side, 4);
    if (l === 0 ? side % 4 === 0 : side === 2 * sides[l - 1]!) return;
    throw new RangeError(
      l === 0
        ? `Cannot ${ACTION} as the first of sides must be a multiple of 4: current value is ${side}`
        : `Cannot ${ACTION} as sides must double: ${side} comes after ${sides[l - 1]}`,
    );
  });
}
