import type { Points } from "@likely/core";
import { requireColumns, requireRows } from "@likely/core/check";

/** Requires observations that can be targets: a distance to NaN would count as a failure. */
export function requireObservations(observations: Points, xDim: number): void {
  requireColumns("train a cost", "observations", observations, xDim);
  requireRows("train a cost", "observations", observations, 0);
}
