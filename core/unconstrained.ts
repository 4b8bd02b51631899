/**
 * Log densities moved to unconstrained space, where samplers walk.
 *
 * @module
 */

import { logSlope, logSlopeSlope, slope, toInterval } from "./_bijection.ts";
import { requireColumns, requireLength } from "./check.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import type { Points } from "./points.ts";
import { soundValue } from "./sound_value.ts";
import type { Support } from "./support.ts";

/**
 * Expresses a log density of θ in the unconstrained z of {@linkcode constrain}:
 * `log p(z) = log p(θ(z)) + Σⱼ log |dθⱼ / dzⱼ|`, with the gradient chained:
 * `∂/∂zⱼ = ∂/∂θⱼ · dθⱼ/dzⱼ + d log |dθⱼ/dzⱼ| / dzⱼ`.
 *
 * @param target The log density of θ; its gradient is passed on if it gives one.
 * @param support One interval per coordinate of θ.
 * @returns The log density of z; −∞ (gradient 0) where the target's is, and where z is not
 * finite.
 * @throws {TypeError} If the support has another width than the target.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, numericDensity, unconstrained } from "@likely/core";
 *
 * const exponential = numericDensity("exponential", 1, (theta) => -theta[0]!);
 * const target = unconstrained(exponential, [{ low: 0, high: Infinity }]);
 * // At z = log 2: −2 + log 2.
 * assertAlmostEquals(target.evaluate(fromRows([[Math.LN2]])).value[0]!, -2 + Math.LN2);
 * ```
 */
export function unconstrained(target: LogDensity, support: Support): LogDensity {
  requireLength("move a density to unconstrained space", "support", support.length, target.dim);
  // Columns without an end are left alone: theirs is often most of the work.
  const bounded = Array.from(support.keys()).filter((j) =>
    support[j]!.low > -Infinity || support[j]!.high < Infinity
  );
  const columns = { support, bounded };
  const inside = ({ value, grad }: Evaluation, z: Points, options?: EvaluateOptions): Evaluation => {
    const sum = withJacobian(value, z, columns);
    return grad && options?.gradient !== false
      ? { value: sum, grad: chain({ value: sum, grad }, z, columns) }
      : { value: sum };
  };
  const { evaluateAsync } = target;
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (z, options) => inside(target.evaluate(constrained(z, columns), options), z, options),
    ...(evaluateAsync && {
      evaluateAsync: async (z, options) =>
        inside(await evaluateAsync(constrained(z, columns), options), z, options),
    }),
  };
}

interface Columns {
  readonly support: Support;
  readonly bounded: readonly number[];
}

function constrained(z: Points, { support, bounded }: Columns): Points {
  requireColumns("constrain points", "points", z, support.length);
  const data = z.data.slice();
  for (const j of bounded) {
    for (let k = j; k < data.length; k += z.dim) data[k] = toInterval(support[j]!, data[k]!);
  }
  return { ...z, data };
}

function withJacobian(
  value: Float64Array,
  { data, dim }: Points,
  { support, bounded }: Columns,
): Float64Array {
  const sum = value.slice();
  for (const j of bounded) {
    for (let i = 0; i < sum.length; i++) sum[i]! += logSlope(support[j]!, data[i * dim + j]!);
  }
  return sum.map(soundValue);
}

function chain(
  { value, grad }: Required<Evaluation>,
  { data, dim }: Points,
  { support, bounded }: Columns,
): Float64Array {
  const out = grad.slice();
  for (const j of bounded) {
    for (let k = j; k < out.length; k += dim) out[k]! *= slope(support[j]!, data[k]!);
  }
  // Where θ has reached the last number inside the support, a factor is 0 or ∞; θ no longer
  // moves with z there, so it adds nothing.
  for (let k = 0; k < out.length; k++) if (!Number.isFinite(out[k])) out[k] = 0;
  for (const j of bounded) {
    for (let k = j; k < out.length; k += dim) out[k]! += logSlopeSlope(support[j]!, data[k]!);
  }
  for (let i = 0; i < value.length; i++) {
    if (value[i] === -Infinity) out.fill(0, i * dim, (i + 1) * dim);
  }
  return out;
}
