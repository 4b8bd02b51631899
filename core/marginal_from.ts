/**
 * Marginals read back from plain data.
 *
 * @module
 */

import { requireObject, unknownKind } from "./_plain_data.ts";
import { beta } from "./beta.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { logNormal } from "./log_normal.ts";
import type { Marginal } from "./marginal.ts";
import { normal } from "./normal.ts";
import type { MarginalSpec } from "./prior.ts";
import { truncatedNormal } from "./truncated_normal.ts";
import { uniform } from "./uniform.ts";

/**
 * Builds the marginal that a spec describes. The spec may come from a hostile file: every
 * value is checked.
 *
 * @param spec The distribution as plain data.
 * @returns The marginal.
 * @throws {TypeError} If the spec is not an object or its kind is unknown.
 * @throws {RangeError} If a value is missing, is not a number or is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { marginalFrom } from "@likely/core";
 *
 * assertEquals(marginalFrom({ kind: "exponential", rate: 2 }).score(1), -2);
 * ```
 */
export function marginalFrom(spec: MarginalSpec): Marginal {
  requireObject("build a marginal", "its spec", spec);
  switch (spec.kind) {
    case "uniform":
      return uniform(spec.low, spec.high);
    case "normal":
      return normal(spec.mean, spec.sd);
    case "truncated_normal":
      return truncatedNormal(spec.mean, spec.sd, spec);
    case "log_normal":
      return logNormal(spec.logMean, spec.logSd);
    case "gamma":
      return gamma(spec.shape, spec.rate);
    case "exponential":
      return exponential(spec.rate);
    case "beta":
      return beta(spec.a, spec.b);
    default:
      throw unknownKind("build a marginal", spec satisfies never);
  }
}
