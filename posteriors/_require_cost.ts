import type { Artifact } from "@likely/core";

/** Requires a cost: of others β means nothing. */
export function requireCost(action: string, { kind }: Artifact): void {
  if (kind === "cost") return;
  throw new TypeError(`Cannot ${action} as the artifact must be a cost: current value is ${kind}`);
}
