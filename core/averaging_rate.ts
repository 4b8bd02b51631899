/**
 * How weights are averaged while training.
 *
 * @module
 */

/**
 * How far the average of the weights goes towards them after a step: `1 / (1 + share · (step − 1))`.
 *
 * The average is then one over about the last `share` of all steps, however many there were: it has lost the
 * start, and the noise of single steps, at any time, so that training can be stopped at any time.
 *
 * Source: Polyak & Juditsky (1992), https://doi.org/10.1137/0330046; means over a share of the steps so far
 * are those of Karras et al. (2024), section 3.1, https://arxiv.org/abs/2312.02696.
 *
 * @param share In (0, 1]; 1 is the mean over all steps.
 * @param step Steps taken, this one included.
 * @returns The rate, in (0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { averagingRate } from "@likely/core";
 *
 * const steps = [3, 5, 10];
 * const average = steps.reduce((mean, w, k) => mean + averagingRate(1, k + 1) * (w - mean), 0);
 * assertEquals(average, 6);
 * ```
 */
export function averagingRate(share: number, step: number): number {
  return 1 / (1 + share * (step - 1));
}
