/**
 * R-hat: whether chains agree.
 *
 * @module
 */

import { type Draws, mean } from "@likely/core";
import {
  type Chains,
  eachColumn,
  isConstant,
  isJudgeable,
  mapChains,
  pool,
  splitChains,
  variance,
} from "./_chains.ts";
import { rankNormal } from "./_rank_normal.ts";
import { quantile } from "./quantile.ts";

/**
 * Computes the rank-normalised split R-hat of every parameter: the larger of the value for
 * the bulk (draws) and for the tails (distances from the median).
 *
 * With W the mean variance within the halves of chains and B/n the variance of their means,
 * `R̂ = √((n − 1)/n + B/(n W))`. Below 1.01 chains can be taken to agree.
 *
 * Source: Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221. Agrees with ArviZ, which
 * refuses a single chain where this function compares its two halves.
 *
 * @param draws At least four draws in each chain.
 * @returns `[d]`; NaN for a constant, for fewer draws, and where a draw is not finite.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { rHat } from "@likely/diagnostics";
 *
 * // Two chains that never meet.
 * const values = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i) + (i < 100 ? 0 : 9));
 * const info = { sampler: "none", evaluations: 0 };
 * const [value] = rHat({ names: ["mu"], chains: 2, length: 100, values, info, warnings: [] });
 * assert(value! > 1.5);
 * ```
 */
export function rHat(draws: Draws): Float64Array {
  return eachColumn(draws, (chains) => {
    if (!isJudgeable(chains) || isConstant(pool(chains))) return NaN;
    const halves = splitChains(chains);
    const median = quantile(pool(halves), 0.5);
    const folded = mapChains(halves, (value) => Math.abs(value - median));
    const [bulk, tail] = [halves, folded].map((part) => plainRHat(rankNormal(part)));
    // The tail may be NaN where the bulk is not: distances from the median can all be equal.
    return tail! > bulk! ? tail! : bulk!;
  });
}

function plainRHat(chains: Chains): number {
  const n = chains[0]!.length;
  const between = variance(chains.map(mean));
  const within = mean(chains.map(variance));
  // A constant: nothing to compare.
  return within === 0 && between === 0 ? NaN : Math.sqrt(between / within + (n - 1) / n);
}
