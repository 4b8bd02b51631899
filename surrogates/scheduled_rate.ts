/**
 * How the learning rate changes while training.
 *
 * @module
 */

/** Constant, or down to zero along half a cosine. */
export type Schedule = "constant" | "cosine";

/** Where training stands. */
export interface ScheduleAt {
  /** The learning rate to start from. */
  readonly learningRate: number;
  /** Steps taken. */
  readonly step: number;
  /** Steps until the end, at most. */
  readonly totalSteps: number;
}

/**
 * The learning rate of the next step: `η` or `½ η (1 + cos(π step / totalSteps))`.
 *
 * Source: Loshchilov & Hutter (2017), eq. 5 without restarts, https://arxiv.org/abs/1608.03983.
 *
 * @param schedule Which.
 * @param at Where training stands.
 * @returns The learning rate, ≥ 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { scheduledRate } from "@likely/surrogates";
 *
 * assertAlmostEquals(scheduledRate("cosine", { learningRate: 1, step: 50, totalSteps: 100 }), 0.5);
 * ```
 */
export function scheduledRate(schedule: Schedule, at: ScheduleAt): number {
  const { learningRate, step, totalSteps } = at;
  switch (schedule) {
    case "constant":
      return learningRate;
    case "cosine":
      return learningRate * (1 + Math.cos(Math.PI * Math.min(1, step / totalSteps))) / 2;
    default:
      throw new TypeError(
        `Cannot schedule as schedule must be constant or cosine: current value is ${schedule satisfies never}`,
      );
  }
}
