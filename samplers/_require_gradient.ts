import type { LogDensity } from "@likely/core";

/** The gradient of a start, without which a sampler cannot run. */
export function requireGradient(
  sampler: string,
  target: LogDensity,
  grad: Float64Array | undefined,
): Float64Array {
  if (grad) return grad;
  throw new TypeError(
    `Cannot run ${sampler} as target must give a gradient: "${target.name}" returns none; use slice instead`,
  );
}
