/**
 * Draws that are nearly independent.
 *
 * @module
 */

import { type Draws, extent, type Points, points } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { essBulk, essTail } from "./ess.ts";

/**
 * Takes `n` evenly spaced rows from all chains, as `sbc` and its kin need them: independent.
 *
 * Ranks among autocorrelated draws scatter more than uniform ones, and a right posterior would
 * look too narrow. So there must be `n` effective draws: the least of bulk and tail ESS over
 * the parameters.
 *
 * Source: Talts et al. (2018), https://arxiv.org/abs/1804.06788, sec. 5.1.
 *
 * @param draws Chains, converged.
 * @param n How many rows to keep.
 * @returns `[n, d]`, chain after chain.
 * @throws {RangeError} If there are fewer than `n` effective draws: run longer chains.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawNormal, key, stream } from "@likely/core";
 * import { thinDraws } from "@likely/diagnostics";
 *
 * const random = stream(key(0));
 * const values = Float64Array.from({ length: 400 }, () => drawNormal(random));
 * const info = { sampler: "example", evaluations: 0 };
 * const draws = { names: ["mu"], chains: 4, length: 100, values, info, warnings: [] };
 * assertEquals(thinDraws(draws, 99).n, 99);
 * ```
 */
export function thinDraws(draws: Draws, n: number): Points {
  requireInteger("thin draws", "n", n, 1);
  const { chains, length, names, values } = draws;
  const total = chains * length;
  const worth = extent([total, ...essBulk(draws), ...essTail(draws)])[0];
  if (!(worth >= n)) {
    throw new RangeError(
      `Cannot thin draws to ${n} as there must be as many effective ones: current value is ${
        worth.toFixed(0)
      }`,
    );
  }
  const dim = names.length;
  const out = points(new Float64Array(n * dim), dim);
  for (let k = 0; k < n; k++) {
    const at = Math.floor(k * total / n) * dim;
    out.data.set(values.subarray(at, at + dim), k * dim);
  }
  return out;
}
