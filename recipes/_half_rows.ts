// What a training on half has.

import { rowsDivided } from "@likely/surrogates";

/** How a training divides its rows. */
export type Division = NonNullable<Parameters<typeof rowsDivided>[1]>;

/** How many rows half of those are that a training on n learns from. */
export function halfRows(n: number, division: Division): number {
  return Math.ceil(rowsDivided(n, division).trained / 2);
}

/** Requires so many rows that half of them can be trained on, too. */
export function requireHalf(n: number, division: Division): void {
  rowsDivided(halfRows(n, division), division);
}

/** Refreshed pairs are as many as wanted: half of them tells nothing. */
export function requireUnrefreshed({ half = false, refresh }: Refreshing): void {
  if (!half || !refresh) return;
  throw new TypeError(
    "Cannot train on half as pairs must not be refreshed, which makes as many as wanted: current value of refresh is given",
  );
}

interface Refreshing {
  readonly half?: boolean;
  readonly refresh?: unknown;
}
