// What is asked of observed and replicated data before they are plotted.

import { type Points, row } from "@likely/core";

/** The rows that hold numbers only, at least one. */
export function finiteReplicates(replicates: Points): Float64Array[] {
  const rows = Array.from({ length: replicates.n }, (_, i) => row(replicates, i))
    .filter((x) => x.every(Number.isFinite));
  if (rows.length > 0) return rows;
  throw new RangeError(
    "Cannot plot a prediction as at least one replicate must be finite: current value is none",
  );
}

/** Requires as many values as there are of something else, at least one. */
export function requireOneEach(
  name: string,
  length: number,
  { of, expected }: { readonly of: string; readonly expected: number },
): void {
  if (length === expected && length > 0) return;
  throw new TypeError(
    `Cannot plot a prediction as ${name} must have one value for each of the ${expected} of ${of} (>= 1): ` +
      `current length is ${length}`,
  );
}

/** Requires finite values. */
export function requireFiniteData(name: string, values: ArrayLike<number>): void {
  const bad = Array.from(values).find((value) => !Number.isFinite(value));
  if (bad === undefined) return;
  throw new RangeError(`Cannot plot a prediction as ${name} must be finite: current value is ${bad}`);
}
