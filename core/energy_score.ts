/**
 * The energy score: a set of simulated points as a forecast of observed ones.
 *
 * @module
 */

import { betweenRows, requireElements } from "./_distance_rows.ts";
import type { Distance } from "./distance.ts";

/** What {@linkcode energyScore} needs to know. */
export interface EnergyScoreOptions {
  /** Numbers in one element; a row of x is a set of `p / element` of them. */
  readonly element: number;
}

/**
 * Makes the energy score of a set X of points as a forecast of each point of a set Y,
 * `d(X, Y) = mean ‖u − v‖ − ½ mean ‖u − u′‖`, over all u in X and v in Y and over all pairs of
 * different u, u′ in X; in units of x.
 *
 * Its expectation over simulated X is smallest where the distribution of X is that of Y's
 * points: a strictly proper scoring rule. That takes sets of at least two elements; for one it
 * is the Euclidean distance, which rewards simulators for being less noisy than the data.
 *
 * Source: Gneiting & Raftery (2007), "Strictly proper scoring rules, prediction, and
 * estimation", eq. 20, https://doi.org/10.1198/016214506000001437
 *
 * @param options The elements.
 * @returns The distance, named `"energy_score"`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { energyScore, fromRows } from "@likely/core";
 *
 * const { between } = energyScore({ element: 1 });
 * // Distances 1, 3, 3, 1 to 1 and 3; the two points lie 4 apart.
 * assertEquals(between(fromRows([[0, 4]]), fromRows([[1, 3]])), new Float64Array([0]));
 * ```
 */
export function energyScore(options: EnergyScoreOptions): Distance {
  const { element } = options;
  return {
    name: "energy_score",
    unit: "energy score, in units of x",
    options: { element },
    between: (x, target) => {
      const m = requireElements("energy_score", x, element);
      return betweenRows("energy_score", x, target, (a, i, b, j) => {
        const across = sumOfLengths(a, i, b, j, { m, element }) / (m * m);
        if (m === 1) return across;
        return across - 0.5 * sumOfLengths(a, i, a, i, { m, element }) / (m * (m - 1));
      });
    },
  };
}

interface SetShape {
  readonly m: number;
  readonly element: number;
}

function sumOfLengths(a: Float64Array, i: number, b: Float64Array, j: number, shape: SetShape): number {
  const { m, element } = shape;
  let sum = 0;
  for (let u = i; u < i + m * element; u += element) {
    for (let v = j; v < j + m * element; v += element) {
      let squared = 0;
      for (let k = 0; k < element; k++) squared += (a[u + k]! - b[v + k]!) ** 2;
      sum += Math.sqrt(squared);
    }
  }
  return sum;
}
