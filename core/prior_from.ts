/**
 * Priors read back from plain data.
 *
 * @module
 */

import { independentPrior } from "./_independent_prior.ts";
import { requireArray, requireObject, show, unknownKind } from "./_plain_data.ts";
import type { Marginal } from "./marginal.ts";
import { marginalFrom } from "./marginal_from.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import type { IndependentSpec, Prior, PriorSpec } from "./prior.ts";

const ACTION = "read a prior";

/**
 * Builds the prior that a spec describes: `priorFrom(prior.spec)` is `prior` again, also after
 * a trip through JSON. The spec may come from a hostile file: every value is checked.
 *
 * @param spec The prior as plain data.
 * @returns The prior.
 * @throws {TypeError} If a part has the wrong type, a kind is unknown or lengths disagree.
 * @throws {RangeError} If a value is missing or out of range, or a name is empty, a whole
 * number or repeated.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, normal, priorFrom } from "@likely/core";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * assertEquals(priorFrom(JSON.parse(JSON.stringify(prior.spec))).spec, prior.spec);
 * ```
 */
export function priorFrom(spec: PriorSpec): Prior {
  requireObject(ACTION, "its spec", spec);
  switch (spec.kind) {
    case "independent":
      requireArray(ACTION, "parameters", spec.parameters);
      return independentPrior(spec.parameters.map(readParameter));
    case "multivariate_normal":
      return multivariateNormal(spec.names, spec.mean, spec.covariance);
    default:
      throw unknownKind(ACTION, spec satisfies never);
  }
}

function readParameter(parameter: IndependentSpec["parameters"][number], i: number): [string, Marginal] {
  requireObject(ACTION, `parameter ${i}`, parameter);
  try {
    return [parameter.name, marginalFrom(parameter.marginal)];
  } catch (error) {
    // The marginal knows its rule and value, not whose it is.
    const message = `Cannot ${ACTION} as parameter ${show(parameter.name)} is refused: ${
      (error as Error).message
    }`;
    throw error instanceof TypeError ? new TypeError(message) : new RangeError(message);
  }
}
