/**
 * The toggle switch: two genes that repress each other, stopped early or late.
 *
 * @module
 */

import {
  independent,
  type LevelDefinition,
  leveled,
  type Noise,
  normalCdf,
  normalQuantile,
  type Stream,
  type Task,
  uniform,
} from "@likely/core";
import { requireSteps } from "./_nested_steps.ts";
import { requireOneOf } from "./_one_of.ts";

const NAME = "toggle_switch";
const ACTION = "build a toggle switch";
const START = 10;
const DECAY = 0.03;
const STEP_SD = 0.5;
// Where the paper's code cuts x.
const MOST = 2000;

/** Options of {@linkcode toggleSwitch}. */
export interface ToggleSwitchOptions {
  /**
   * Steps of each level, rising.
   *
   * @default {[50, 80, 300]}
   */
  readonly steps?: readonly number[];
  /**
   * Normals truncated to x ≥ 0 with the standard deviations of the model; or those that the paper's code
   * draws, whose standard deviations are smaller by √2 and whose x is at most 2,000.
   *
   * @default {"truncated"}
   */
  readonly normal?: "truncated" | "code";
}

/**
 * Builds the toggle switch: seven parameters, and one number, the expression of a gene when the run is stopped
 * after T steps. From `u = v = 10`, with N⁺ the normal truncated to numbers ≥ 0,
 *
 * - `u′ ~ N⁺(u + α₁ / (1 + v^β₁) − (1 + 0.03 u), 0.5²)`
 * - `v′ ~ N⁺(v + α₂ / (1 + u^β₂) − (1 + 0.03 v), 0.5²)`
 * - `x ~ N⁺(μ + u, (μ σ / u^γ)²)` at the end.
 *
 * Prior: α₁, α₂ ~ U(0.01, 50), β₁, β₂ ~ U(0.01, 5), μ ~ U(250, 450), σ ~ U(0.01, 0.5), γ ~ U(0.01, 0.4).
 *
 * Level l is stopped after `steps[l]` steps, which are its cost. A short run is the beginning of a long one,
 * with the same noise of observation: `simulatePair` gets both from the long one, at its cost.
 *
 * The likelihood is not known. Source: Bonassi, You & West (2011), "Bayesian learning from marginal data in
 * bionetwork models"; levels and prior as in Hikida, Bharti, Jeffrey & Briol (2025), "Multilevel neural
 * simulation-based inference", https://arxiv.org/abs/2506.06087.
 *
 * @param options Steps, and which normals.
 * @returns The task.
 * @throws {RangeError} If there are fewer than two levels, steps are not whole numbers ≥ 1 that rise, or
 * `normal` is none of its values.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { toggleSwitch } from "@likely/simulators";
 *
 * const { levels } = toggleSwitch().simulator;
 * const theta = fromRows([[22, 12, 4, 4.5, 325, 0.25, 0.15]]);
 * const { fine, coarse } = levels![2]!.simulatePair!(key(0), theta);
 * assertEquals(fine.data, levels![2]!.simulate(key(0), theta).data);
 * assertEquals(coarse.data, levels![1]!.simulate(key(0), theta).data);
 * ```
 */
export function toggleSwitch(options: ToggleSwitchOptions = {}): Task {
  const { steps = [50, 80, 300], normal = "truncated" } = options;
  requireSteps(ACTION, steps, false);
  requireOneOf(ACTION, "normal", normal, ["truncated", "code"]);
  const isCode = normal === "code";
  const run = (noise: Noise, theta: Float64Array, stops: readonly number[]) =>
    expressions(noise, theta, stops, isCode ? Math.SQRT1_2 : 1).map((x) => isCode ? Math.min(x, MOST) : x);
  const levels = steps.map((count, l): LevelDefinition => ({
    name: `${count} steps`,
    cost: count,
    simulate: (noise, theta) => run(noise, theta, [count]),
    ...(l > 0 && {
      simulatePair: (noise, theta) => {
        const [coarse, fine] = run(noise, theta, [steps[l - 1]!, count]);
        return { fine: [fine!], coarse: [coarse!] };
      },
    }),
  }));
  return {
    name: NAME,
    prior: independent({
      alpha1: uniform(0.01, 50),
      alpha2: uniform(0.01, 50),
      beta1: uniform(0.01, 5),
      beta2: uniform(0.01, 5),
      mu: uniform(250, 450),
      sigma: uniform(0.01, 0.5),
      gamma: uniform(0.01, 0.4),
    }),
    simulator: leveled({ name: NAME, thetaDim: 7, xDim: 1, levels }),
  };
}

/** x of runs that are stopped after `stops`, rising: each begins as the next. */
function expressions(noise: Noise, theta: Float64Array, stops: readonly number[], scale: number): number[] {
  const [alpha1, alpha2, beta1, beta2, mu, sigma, gamma] = theta as unknown as number[];
  const [forU, forV] = [noise.of("u"), noise.of("v")];
  let [u, v, step] = [START, START, 0];
  return stops.map((stop) => {
    for (; step < stop; step++) {
      const meanU = u + alpha1! / (1 + v ** beta1!) - (1 + DECAY * u);
      const meanV = v + alpha2! / (1 + u ** beta2!) - (1 + DECAY * v);
      u = drawPositive(forU, meanU, scale * STEP_SD);
      v = drawPositive(forV, meanV, scale * STEP_SD);
    }
    return drawPositive(noise.of("observation"), mu! + u, scale * mu! * sigma! / u ** gamma!);
  });
}

// By inversion of one uniform, so that draws with other moments are coupled: a rejection would not be.
function drawPositive(random: Stream, mean: number, sd: number): number {
  // 1 − u is in (0, 1], and the quantile of 1 is not finite; the upper tail keeps its digits.
  const beyond = Math.min(1 - random.uniform(), 1 - 2 ** -53) * normalCdf(mean / sd);
  return Math.max(0, mean - sd * normalQuantile(beyond));
}
