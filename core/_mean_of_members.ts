// Values and slopes of several members as those of their mean.

import { exp, log } from "./elementary.ts";
import type { Evaluation } from "./log_density.ts";

/** Of costs, which are averaged as they are. */
export function meanCost(parts: readonly Evaluation[]): Evaluation {
  return weighted(parts, meanOf(parts.map(({ value }) => value)), () => 1 / parts.length);
}

/** Of densities and ratios, which are averaged, and given by their logarithms. */
export function logMean(parts: readonly Evaluation[]): Evaluation {
  const value = logMeanExp(parts.map(({ value }) => value));
  // Each member's part of the sum: its share of the slope.
  const share = (part: Evaluation, i: number) =>
    value[i] === -Infinity ? 0 : exp(part.value[i]! - value[i]!) / parts.length;
  return weighted(parts, value, share);
}

/** `log Σₘ exp(valueₘ) / M`, point by point. */
export function logMeanExp(parts: readonly Float64Array[]): Float64Array {
  return parts[0]!.map((_, i) => {
    const high = parts.reduce((most, part) => Math.max(most, part[i]!), -Infinity);
    if (high === -Infinity) return -Infinity;
    return high + log(parts.reduce((sum, part) => sum + exp(part[i]! - high), 0) / parts.length);
  });
}

function meanOf(parts: readonly Float64Array[]): Float64Array {
  return parts[0]!.map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0) / parts.length);
}

/** Slopes where all have them, each by its share. */
function weighted(
  parts: readonly Evaluation[],
  value: Float64Array,
  share: (part: Evaluation, i: number) => number,
): Evaluation {
  if (!parts.every(({ grad }) => grad)) return { value };
  const dim = parts[0]!.grad!.length / Math.max(1, value.length);
  const grad = new Float64Array(parts[0]!.grad!.length);
  for (const part of parts) {
    for (let i = 0; i < value.length; i++) {
      const factor = share(part, i);
      // Not 0 · ∞.
      if (factor === 0) continue;
      for (let k = i * dim; k < (i + 1) * dim; k++) grad[k]! += factor * part.grad![k]!;
    }
  }
  return { value, grad };
}
