/**
 * Priors of independent parameters.
 *
 * @module
 */

import { requireObject } from "./_plain_data.ts";
import { independentPrior } from "./_independent_prior.ts";
import type { Marginal } from "./marginal.ts";
import type { Prior } from "./prior.ts";

/**
 * Builds the prior of independent parameters, `log p(θ) = Σⱼ log pⱼ(θⱼ)`. The order of the
 * keys is the order of the parameters.
 *
 * @typeParam Name Names of the parameters.
 * @param parameters A marginal for each name.
 * @returns The prior.
 * @throws {RangeError} If there is no parameter, or a name is empty or a whole number (which
 * JavaScript would move to the front).
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, truncatedNormal, uniform } from "@likely/core";
 *
 * const prior = independent({
 *   beta: truncatedNormal(2, 1, { low: 0 }),
 *   gamma: uniform(0, 1),
 * });
 * assertEquals(prior.names, ["beta", "gamma"]);
 * assertEquals(prior.sample(key(0), 5).n, 5);
 * ```
 */
export function independent<Name extends string>(
  parameters: Readonly<Record<Name, Marginal>>,
): Prior<Name>;
/**
 * Builds the prior of independent parameters of which the compiler does not know whether they are there.
 *
 * @param parameters A marginal for each name.
 * @returns The prior.
 * @throws {RangeError} As with known names.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, uniform } from "@likely/core";
 *
 * const isShifted: boolean = JSON.parse("true");
 * const prior = independent({ rate: uniform(0, 1), ...(isShifted && { shift: uniform(0, 9) }) });
 * assertEquals(prior.names, ["rate", "shift"]);
 * ```
 */
export function independent(parameters: Readonly<Record<string, Marginal>>): Prior;
export function independent(parameters: Readonly<Record<string, Marginal>>): Prior {
  requireObject("build an independent prior", "parameters", parameters);
  return independentPrior(Object.entries(parameters));
}
