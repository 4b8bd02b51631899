// What may be wrong with an estimate, in sentences.

import type { LevelMoments } from "@likely/core";

/** Kurtosis beyond which Giles warns. */
const MOST_KURTOSIS = 100;

/** Of each level by itself, and of neighbours. */
export function levelWarnings(levels: readonly LevelMoments[]): string[] {
  return levels.flatMap(({ level, runs, failed, variance, kurtosis, check, cost }) => {
    const below = levels[level - 1]?.cost ?? NaN;
    const found = [
      failed > 0 &&
      `${failed} of ${runs + failed} samples were not finite and are left out: if they differ from others, ` +
        "the estimate is biased",
      kurtosis > MOST_KURTOSIS &&
      `the kurtosis is ${short(kurtosis)}: few samples make up the variance, and the error is uncertain`,
      check > 1 &&
      `the consistency check is ${short(check)}, above 1: the coarse half of its pairs has not the law of ` +
        `level ${level - 1}, and the estimate is wrong`,
      variance === 0 && runs > 1 && `the variance is 0 in ${runs} samples`,
      cost === 0 && "no cost was measured",
      cost < below && `a sample costs less than one of level ${level - 1}`,
    ];
    return found.flatMap((text) => text ? [`level ${level}: ${text}`] : []);
  });
}

/** Of a hierarchy that does not pay. */
export function gainWarnings(gain: number, top: number): string[] {
  if (top < 1 || !(gain <= 1)) return [];
  return [`plain Monte Carlo with level ${top} alone would cost no more: the gain is ${short(gain)}`];
}

/** Three digits. */
export function short(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
