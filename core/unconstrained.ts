/**
 * Log densities moved to unconstrained space, where samplers walk.
 *
 * @module
 */

import { logSlopeSlope, slope } from "./_bijection.ts";
import { requireLength } from "./check.ts";
import type { Evaluation, LogDensity } from "./log_density.ts";
import type { Points } from "./points.ts";
import { constrain, logAbsDetJacobian, type Support } from "./support.ts";

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
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (z, options) => {
      const { value, grad } = target.evaluate(constrain(support, z), options);
      const jacobian = logAbsDetJacobian(support, z);
      const sum = value.map((v, i) => Number.isFinite(v + jacobian[i]!) ? v + jacobian[i]! : -Infinity);
      return grad && options?.gradient !== false
        ? { value: sum, grad: chain(support, z, { value: sum, grad }) }
        : { value: sum };
    },
  };
}

function chain(support: Support, z: Points, { value, grad }: Required<Evaluation>): Float64Array {
  const { data, dim } = z;
  return grad.map((g, k) => {
    if (value[Math.floor(k / dim)] === -Infinity) return 0;
    const interval = support[k % dim]!;
    const chained = g * slope(interval, data[k]!);
    // Where θ has reached the last number inside the support, a factor is 0 or ∞; θ no longer
    // moves with z there, so it adds nothing.
    return (Number.isFinite(chained) ? chained : 0) + logSlopeSlope(interval, data[k]!);
  });
}
