// What is a surrogate: people hand over what a recipe returned, or a key before it.

import type { Artifact } from "@likely/core";

/** Requires an artifact, before anything is read off it. */
export function requireArtifact(action: string, artifact: Artifact): void {
  if (artifact?.spec && artifact.provenance && artifact.prior) return;
  const found = "artifact" in (artifact ?? {})
    ? "what a recipe returned, of which `.artifact` is meant"
    : artifact === null || typeof artifact !== "object"
    ? String(artifact)
    : `an object with ${Object.keys(artifact).join(", ") || "no keys"}`;
  throw new TypeError(`Cannot ${action} as the surrogate must be an artifact: current value is ${found}`);
}
