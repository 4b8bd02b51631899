// What random fields on a grid share: checks, the prior, and one thing remembered.

import { independent, type Interval, type Prior, uniform } from "@likely/core";
import { requireInteger, requirePositive } from "@likely/core/check";

/** Sites at the corners of squares. */
export interface FieldGrid {
  /** Sites along the first axis. */
  readonly rows: number;
  /** Sites along the second. */
  readonly columns: number;
  /** Distance between neighbours. */
  readonly spacing: number;
}

/** Requires a grid. */
export function requireGrid(action: string, { rows, columns, spacing }: FieldGrid): void {
  requireInteger(action, "rows", rows, 1);
  requireInteger(action, "columns", columns, 1);
  requirePositive(action, "spacing", spacing);
}

/** The prior of logarithms that are uniform between those of each interval's ends. */
export function logUniforms(action: string, parameters: Readonly<Record<string, Interval>>): Prior {
  const marginals = Object.entries(parameters).map(([name, { low, high }]) => {
    requirePositive(action, `the low end of ${name}`, low);
    requirePositive(action, `the high end of ${name}`, high);
    return [`log_${name}`, uniform(Math.log(low), Math.log(high))] as const;
  });
  return independent(Object.fromEntries(marginals));
}

/** As `make`, but the latest answer is kept: rows of one theta next to each other share it. */
export function rememberLast<T>(make: (theta: Float64Array) => T): (theta: Float64Array) => T {
  let last: { readonly theta: Float64Array; readonly answer: T } | undefined;
  return (theta) => {
    if (!last?.theta.every((value, j) => value === theta[j])) {
      last = { theta: theta.slice(), answer: make(theta) };
    }
    return last!.answer;
  };
}
