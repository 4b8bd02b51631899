/**
 * Data that can be trained on.
 *
 * @module
 */

import type { Dataset, Points, Spec } from "@likely/core";
import { requireColumns, requireLength, requireRows } from "@likely/core/check";

/**
 * Requires pairs of finite rows of the spec's widths, and above the lower end of columns on the log scale.
 *
 * @param data The pairs; parameters that failed are looked at too.
 * @param spec The network; its widths are all that matters.
 * @param log `[d]`: columns of θ on the log scale, by their lower end.
 * @throws {TypeError} If widths or numbers of rows do not fit.
 * @throws {RangeError} If a number is not finite or not above its lower end: names row and column.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { requireData } from "@likely/surrogates";
 *
 * const data = { theta: fromRows([[1], [-1]]), x: fromRows([[1], [2]]), failed: 0 };
 * assertThrows(() => requireData(data, { thetaDim: 1, xDim: 1 }, [0]), RangeError, "row 1 has -1 in column 0");
 * ```
 */
export function requireData(
  data: Dataset,
  spec: Pick<Spec, "thetaDim" | "xDim">,
  log: readonly (number | null)[] = [],
): void {
  const { theta, x, score, failedTheta } = data;
  if (log.length > 0) requireLength("train", "logTheta", log.length, spec.thetaDim);
  requireShape("theta", theta, theta.n, spec.thetaDim);
  requireShape("x", x, theta.n, spec.xDim);
  if (score) requireShape("score", score, theta.n, spec.thetaDim);
  requireAbove("theta", theta, log);
  if (!failedTheta) return;
  requireShape("failedTheta", failedTheta, failedTheta.n, spec.thetaDim);
  requireAbove("failedTheta", failedTheta, log);
}

function requireShape(name: string, rows: Points, n: number, dim: number): void {
  if (rows.n !== n) {
    throw new TypeError(`Cannot train as ${name} must have ${n} rows, as theta: current value is ${rows.n}`);
  }
  requireColumns("train", name, rows, dim);
  requireRows("train", name, rows, 0);
}

/** Logarithms of what is left above the lower end must be numbers. */
function requireAbove(name: string, { data, dim }: Points, log: readonly (number | null)[]): void {
  for (const [j, low] of log.entries()) {
    if (low === null) continue;
    for (let k = j; k < data.length; k += dim) {
      if (data[k]! > low) continue;
      throw new RangeError(
        `Cannot train as ${name} must be above ${low} in a column on the log scale: ` +
          `row ${Math.floor(k / dim)} has ${data[k]} in column ${j}`,
      );
    }
  }
}
