import type { LearningCurves } from "@likely/core";

/** Nats by which rows set aside may fare worse without a word. */
const WORTH = 0.05;

/** What learning curves alone say of more simulations; losses in nats. */
export function curveAdvice({ train, validation }: LearningCurves, best: number): string[] {
  const epoch = validation.indexOf(best);
  const gap = epoch < 0 ? 0 : best - train[epoch]!;
  if (gap > WORTH) {
    return [
      `At the best epoch simulations set aside fared ${
        gap.toFixed(2)
      } nats worse than those trained on: what ` +
      `is learned is partly by heart, and more simulations or members are the lever`,
    ];
  }
  return [
    "Simulations set aside fared as well as those trained on; whether more of them would help, a training on " +
    "half tells: half: true, or likely train --half",
  ];
}
