import type { EvaluateOptions, Evaluation, LogDensity, Points } from "@likely/core";

/** Evaluates the starting positions of a kernel. */
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
  return target.evaluate(position, options);
}
