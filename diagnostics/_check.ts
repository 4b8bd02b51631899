// Checks used at public entries. Messages name the action, the rule and the value.

import type { Points } from "@likely/core";

/** Requires a whole number >= `low`. */
export function requireCount(action: string, name: string, value: number, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new RangeError(
    `Cannot ${action} as ${name} must be a whole number >= ${low}: current value is ${value}`,
  );
}

/** Requires a number strictly between 0 and 1. */
export function requireShare(action: string, name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new RangeError(`Cannot ${action} as ${name} must be in (0, 1): current value is ${value}`);
}

/** Requires rows of `dim` numbers. */
export function requireColumns(action: string, name: string, rows: Points, dim: number): void {
  if (rows.dim === dim) return;
  throw new TypeError(`Cannot ${action} as ${name} must have ${dim} columns: current value is ${rows.dim}`);
}

/** Requires at least `low` rows of finite numbers. */
export function requireRows(action: string, name: string, rows: Points, low: number): void {
  if (rows.n < low) {
    throw new RangeError(
      `Cannot ${action} as ${name} must have at least ${low} rows: current value is ${rows.n}`,
    );
  }
  const bad = rows.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(`Cannot ${action} as ${name} must be finite: current value is ${rows.data[bad]}`);
}
