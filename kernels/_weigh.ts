// Weighs a loss against its aid by their gradients, left in memory by a look.

import { type AdaptiveWeighting, reweigh } from "@likely/core";

/** What a look left behind. */
export interface Look {
  /** The loss and the aid. */
  readonly values: readonly [loss: number, aid: number];
  /** The gradient of the loss, and that of the loss and the weighted aid. */
  readonly gradients: readonly [alone: Float32Array, together: Float32Array];
  /** Weights in them, padding left out. */
  readonly size: number;
  /** The weights so far; absent before the first look, which weighs the aid with 1. */
  readonly before?: readonly number[] | undefined;
}

/** The new weights of the loss and its aid. */
export function weighApart(weighting: AdaptiveWeighting, look: Look): number[] {
  const { values: [loss, aidValue], gradients: [alone, together], size, before } = look;
  const weight = before?.[1] ?? 1;
  let [squared, sum] = [0, 0];
  let [aidSquared, aidSum, dot] = [0, 0, 0];
  for (let i = 0; i < alone.length; i++) {
    const first = alone[i]!;
    const aid = (together[i]! - first) / weight;
    squared += first * first;
    sum += first;
    aidSquared += aid * aid;
    aidSum += aid;
    dot += first * aid;
  }
  const terms = [
    { value: loss, squared, dot: squared, sum },
    { value: aidValue, squared: aidSquared, dot, sum: aidSum },
  ];
  return reweigh(weighting, terms, size, before);
}
