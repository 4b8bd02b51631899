import { exp } from "@likely/core/elementary";
import {
  constrain,
  logAbsDetJacobian,
  type LogDensity,
  numericGradient,
  type Points,
  type Support,
} from "@likely/core";

/**
 * A function of θ as a function of unconstrained z, without the log-Jacobian: its peaks are
 * those of θ. Where the target gives no gradient, one is made by central differences.
 */
export function unbounded(target: LogDensity, support: Support): LogDensity {
  const valueOf = (z: Points) => target.evaluate(constrain(support, z), { gradient: false }).value;
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (z) => {
      const { value, grad } = target.evaluate(constrain(support, z));
      return { value, grad: grad ? chained(support, z, grad) : numericGradient(valueOf, z, value) };
    },
  };
}

function chained(support: Support, z: Points, grad: Float64Array): Float64Array {
  return grad.map((g, k) => {
    const interval = support[k % z.dim]!;
    const slope = exp(
      logAbsDetJacobian([interval], { data: z.data.subarray(k, k + 1), n: 1, dim: 1 })[0]!,
    );
    const isFalling = interval.low === -Infinity && interval.high < Infinity;
    const product = (isFalling ? -g : g) * slope;
    return Number.isFinite(product) ? product : 0;
  });
}
