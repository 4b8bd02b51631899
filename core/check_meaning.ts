/**
 * Checks that an artifact's parts mean something together.
 *
 * @module
 */

import type { Artifact, ArtifactKind } from "./artifact.ts";
import { requireLength } from "./check.ts";
import { priorShape } from "./prior_from.ts";
import type { Standardisation } from "./scaling.ts";
import type { Spec } from "./spec.ts";
import type { Support } from "./support.ts";

/**
 * Requires an artifact whose network can mean what its kind says, under a prior that it can have: a
 * density of θ taken for a ratio would count the prior twice, and one of θ between other ends than the
 * prior's would be the posterior of another prior.
 *
 * @param action What cannot be done otherwise.
 * @param artifact The artifact; its spec and scaling are trusted.
 * @throws {TypeError} If the kind is not one of the network's, or the prior has another width.
 * @throws {RangeError} If a value of the prior is refused, or its ends are not those of a posterior.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { type Artifact, checkMeaning } from "@likely/core";
 *
 * const spec = { kind: "maf", target: "theta", thetaDim: 1, xDim: 1 };
 * assertThrows(
 *   () => checkMeaning("condition an artifact", { kind: "ratio", spec } as Artifact),
 *   TypeError,
 *   "kind must be posterior for a density of theta",
 * );
 * ```
 */
export function checkMeaning(
  action: string,
  { kind, spec, prior, scaling }: Pick<Artifact, "kind" | "spec" | "prior" | "scaling">,
): void {
  requireKind(action, kind, spec);
  const { dim, support } = priorShape(prior);
  requireLength(action, "the prior", dim, spec.thetaDim);
  if (kind === "posterior") requireEnds(action, scaling.theta, support);
}

function requireKind(action: string, kind: ArtifactKind, spec: Spec): void {
  const means: readonly ArtifactKind[] = spec.kind === "network"
    ? ["ratio", "likelihood", "cost"]
    : [spec.target === "theta" ? "posterior" : "likelihood"];
  if (means.includes(kind)) return;
  const what = spec.kind === "network" ? "a network" : `a density of ${spec.target}`;
  throw new TypeError(
    `Cannot ${action} as its kind must be ${means.join(", ")} for ${what}: current value is "${kind}"`,
  );
}

/** A posterior sees θ through the ends of its prior: no draw lies beyond them, and no mass. */
function requireEnds(action: string, theta: Standardisation, support: Support): void {
  support.forEach(({ low, high }, j) => {
    const ends = [theta.log?.[j] ?? -Infinity, theta.upper?.[j] ?? Infinity];
    if (ends[0] === low && ends[1] === high) return;
    throw new RangeError(
      `Cannot ${action} as scaling.theta must have the ends of the prior: column ${j} has (${ends}), not (${[
        low,
        high,
      ]})`,
    );
  });
}
