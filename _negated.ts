import type { LogDensity } from "@likely/core";

/** A cost as a fit: what falls where parameters fit becomes what rises. */
export function negated(cost: LogDensity): LogDensity {
  return {
    name: cost.name,
    dim: cost.dim,
    evaluate: (theta, options) => {
      const { value, grad } = cost.evaluate(theta, options);
      return { value: value.map((v) => -v), ...(grad && { grad: grad.map((g) => -g) }) };
    },
  };
}
