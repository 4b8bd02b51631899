import { type LogDensity, mapEvaluations } from "@likely/core";

/** A surrogate's output times a factor: a cost by −β is a fit, which rises where the cost falls. */
export function scaled(output: LogDensity, factor: number): LogDensity {
  const times = (values: Float64Array) => values.map((v) => factor * v);
  return {
    name: output.name,
    dim: output.dim,
    ...mapEvaluations(output, ({ value, grad }) => ({
      value: times(value),
      ...(grad && { grad: times(grad) }),
    })),
  };
}
