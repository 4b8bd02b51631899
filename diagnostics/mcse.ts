/**
 * Monte Carlo standard errors.
 *
 * @module
 */

import type { Draws } from "@likely/core";
import { chainsOf, pool, variance } from "./_chains.ts";
import { essMean } from "./ess.ts";

/**
 * Computes the standard error of each posterior mean as an estimate from these draws,
 * `sd / √ESS`.
 *
 * Source: Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221; agrees with ArviZ.
 *
 * @param draws At least four draws in each chain.
 * @returns `[d]`, in the units of the parameters; 0 for a constant.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { mcse } from "@likely/diagnostics";
 *
 * const values = Float64Array.from({ length: 1000 }, (_, i) => (i * 0.618) % 1);
 * const info = { sampler: "none", evaluations: 0 };
 * const [error] = mcse({ names: ["u"], chains: 1, length: 1000, values, info, warnings: [] });
 * assert(error! < 0.02);
 * ```
 */
export function mcse(draws: Draws): Float64Array {
  return essMean(draws).map((ess, j) => Math.sqrt(variance(pool(chainsOf(draws, j))) / ess));
}
