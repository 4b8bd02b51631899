import type { EvaluateOptions, Evaluation, LogDensity, Points } from "@likely/core";

/** Evaluates the starting positions of a kernel; NaN becomes −∞. */
export function evaluateStart(
  sampler: string,
  target: LogDensity,
  position: Points,
  options?: EvaluateOptions,
): Evaluation {
  if (position.dim !== target.dim || position.n < 1) {
    throw new TypeError(
      `Cannot start ${sampler} as position must have shape [chains, ${target.dim}]: ` +
        `current shape is [${position.n}, ${position.dim}]`,
    );
  }
  const { value, grad } = target.evaluate(position, options);
  return { value: value.map(nanToMinusInfinity), ...(grad && { grad }) };
}

/** NaN is no density: nothing is ever accepted there. */
export function nanToMinusInfinity(value: number): number {
  return Number.isNaN(value) ? -Infinity : value;
}
