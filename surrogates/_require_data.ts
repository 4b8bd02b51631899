import type { Dataset, Points, Spec } from "@likely/core";
import { requireColumns, requireRows } from "@likely/core/check";

/** Requires pairs of finite rows of the spec's widths. */
export function requireData({ theta, x, score }: Dataset, spec: Spec): void {
  requireShape("theta", theta, theta.n, spec.thetaDim);
  requireShape("x", x, theta.n, spec.xDim);
  if (score) requireShape("score", score, theta.n, spec.thetaDim);
}

function requireShape(name: string, rows: Points, n: number, dim: number): void {
  if (rows.n !== n) {
    throw new TypeError(`Cannot train as ${name} must have ${n} rows, as theta: current value is ${rows.n}`);
  }
  requireColumns("train", name, rows, dim);
  requireRows("train", name, rows, 0);
}
