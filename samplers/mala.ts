/**
 * The Metropolis-adjusted Langevin algorithm, all chains in one call.
 *
 * @module
 */

import type { Kernel, LogDensity } from "@likely/core";
import { hmc, type HmcState } from "./hmc.ts";

/** Options of {@linkcode mala}. */
export interface MalaOptions {
  /**
   * Steps in which step size and scales are learnt.
   *
   * @default {500}
   */
  readonly warmup?: number;
  /**
   * First step size ε.
   *
   * @default {0.1}
   */
  readonly stepSize?: number;
  /**
   * Mean acceptance probability that the step size is tuned to.
   *
   * @default {0.574}
   */
  readonly targetAcceptance?: number;
}

/**
 * Builds a Langevin sampler: proposals `x + ½ε²σ² ∇log p(x) + εσ z` with z standard normal,
 * accepted by Metropolis and Hastings' rule.
 *
 * This is Hamiltonian Monte Carlo with one leapfrog step, and built as such: σ and ε are learnt
 * in the same way. A step is one call of `evaluate`.
 *
 * Source: Roberts & Tweedie (1996); Roberts & Rosenthal (1998) for the acceptance; Neal (2011),
 * sec. 5.2, for the equivalence, https://arxiv.org/abs/1206.1901
 *
 * @param target What to sample; must give gradients.
 * @param options Warm-up, first step.
 * @returns The kernel.
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} From `init`, if the target gives no gradient.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, type LogDensity } from "@likely/core";
 * import { mala } from "@likely/samplers";
 *
 * const normal: LogDensity = {
 *   name: "normal",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * z * z), grad: data.map((z) => -z) }),
 * };
 * const kernel = mala(normal);
 * const [, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assertEquals(info.evaluations, 1);
 * ```
 */
export function mala(target: LogDensity, options: MalaOptions = {}): Kernel<HmcState> {
  const { targetAcceptance = 0.574 } = options;
  return { ...hmc(target, { ...options, targetAcceptance, maxSteps: 1 }), name: "mala" };
}
