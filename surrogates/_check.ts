// Checks of options and data. Messages name the action, the rule and the value.

import type { Dataset, Points, Spec } from "@likely/core";

/** Requires a finite number > 0. */
export function requirePositive(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`Cannot train as ${name} must be a finite number > 0: current value is ${value}`);
}

/** Requires a whole number in [low, high]. */
export function requireWhole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(
    `Cannot train as ${name} must be a whole number in [${low}, ${high}]: current value is ${value}`,
  );
}

/** Requires a number in (0, 1). */
export function requireFraction(name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new RangeError(`Cannot train as ${name} must be in (0, 1): current value is ${value}`);
}

/** Requires pairs of finite rows of the spec's widths. */
export function requireData({ theta, x, score }: Dataset, spec: Spec): void {
  requireRows("theta", theta, { n: theta.n, dim: spec.thetaDim });
  requireRows("x", x, { n: theta.n, dim: spec.xDim });
  if (score) requireRows("score", score, { n: theta.n, dim: spec.thetaDim });
}

function requireRows(name: string, rows: Points, shape: { readonly n: number; readonly dim: number }): void {
  if (rows.n !== shape.n || rows.dim !== shape.dim) {
    throw new TypeError(
      `Cannot train as ${name} must have shape [${shape.n}, ${shape.dim}]: current value is [${rows.n}, ${rows.dim}]`,
    );
  }
  const bad = rows.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(
    `Cannot train as ${name} must be finite: row ${Math.floor(bad / rows.dim)} has ${rows.data[bad]}`,
  );
}
