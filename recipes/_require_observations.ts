import { asPoints, type Rows } from "@likely/core";
import { requireColumns, requireRows } from "@likely/core/check";

/** Requires observations that can be targets: a distance to NaN would count as a failure. */
export function requireObservations(observations: Rows, xDim: number): void {
  const rows = asPoints(observations);
  requireColumns("train a cost", "observations", rows, xDim);
  requireRows("train a cost", "observations", rows, 0);
}
