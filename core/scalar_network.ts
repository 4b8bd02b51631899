/**
 * Specs that are a scalar network, not a density.
 *
 * @module
 */

import { UnsupportedError } from "./errors.ts";
import type { NetworkSpec, Spec } from "./spec.ts";

/**
 * Requires a spec to be a scalar network of (θ, x), for what is made for those alone.
 *
 * @param spec Any spec.
 * @returns The same.
 * @throws {UnsupportedError} If it is a density estimator.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { scalarNetwork, UnsupportedError } from "@likely/core";
 *
 * const spec = { kind: "maf", thetaDim: 1, xDim: 1, target: "x", transforms: 1, hidden: [], activation: "tanh" } as const;
 * assertThrows(() => scalarNetwork(spec), UnsupportedError, "current kind is maf");
 * ```
 */
export function scalarNetwork(spec: Spec): NetworkSpec {
  if (spec.kind === "network") return spec;
  throw new UnsupportedError(
    `Cannot use a density as a scalar network of theta and x: current kind is ${spec.kind}`,
  );
}
