/**
 * The g-and-k distribution, with its normal quantile exact or from a Taylor polynomial.
 *
 * @module
 */

import { independent, leveled, type Noise, normalQuantile, type Task, uniform } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { gAndKInverse, gAndKQuantile, gAndKSlope } from "./_g_and_k_quantile.ts";
import { requireOneOf } from "./_one_of.ts";
import { OCTILE_STATISTICS, octileStatistics } from "./_octile_statistics.ts";

const NAME = "g_and_k";
const ACTION = "build a g-and-k task";

/** Options of {@linkcode gAndK}. */
export interface GAndKOptions {
  /**
   * Where θ₄ lies: U(0, √e) as the paper says, or U(√e, 3) as its code has it, which keeps the density exact.
   *
   * @default {"code"}
   */
  readonly prior?: "paper" | "code";
  /**
   * The factor of the low level's polynomial: √π / 2 of the Taylor series, or π / 2 of the paper's code.
   *
   * @default {"taylor"}
   */
  readonly low?: "taylor" | "code";
  /**
   * Independent draws in one row; 1,000 where they are summarised.
   *
   * @default {1}
   */
  readonly draws?: number;
  /**
   * Whether x is four statistics of the draws instead of the draws.
   *
   * @default {false}
   */
  readonly summaries?: boolean;
}

/**
 * Builds the g-and-k task: location θ₁, scale θ₂, skewness θ₃ and `k = log θ₄` of
 * `x = θ₁ + θ₂ (1 + 0.8 tanh(θ₃ z / 2)) (1 + z²)ᵏ z`, z the standard normal quantile of a uniform u.
 *
 * | level | z | cost |
 * | --- | --- | --- |
 * | 0, `taylor` | √2 (√π / 2) (w + π w³ / 12), w = 2u − 1 | 1 |
 * | 1, `exact` | Φ⁻¹(u) | 1 |
 *
 * Both levels read the same u. The source gives no costs, and both take about the same time: what is
 * studied here is the coupling, not a saving. Low draws lie within |z| ≤ 1.58 (2.80 with the code's factor).
 *
 * Prior: θ₁, θ₂, θ₃ ~ U(0, 3) and θ₄ ~ U(√e, 3). The paper says θ₄ ~ U(0, √e), where a third of the
 * prior has `k < −½` and x is no longer a rising function of z; an option. The log-likelihood is NaN for
 * θ₄ < 1, and exact elsewhere: `log φ(z) − log dx/dz` at the z that gives x.
 *
 * With `summaries`, x is the median, then with the octiles E₁, …, E₇: the scale E₆ − E₂, the skewness
 * (E₆ + E₂ − 2 E₄) / (E₆ − E₂) and the kurtosis (E₇ − E₅ + E₃ − E₁) / (E₆ − E₂); no likelihood is known.
 *
 * Source: Hikida, Bharti, Jeffrey & Briol (2025), "Multilevel neural simulation-based inference",
 * https://arxiv.org/abs/2506.06087; Prangle (2020), "gk: An R package for the g-and-k and generalised
 * g-and-h distributions", https://arxiv.org/abs/1706.06889.
 *
 * @param options Prior, low level, number of draws.
 * @returns The task; its simulator has two levels.
 * @throws {RangeError} If an option is none of its values, `draws` is not a whole number ≥ 1, or summaries
 * are asked of fewer than eight draws.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { gAndK } from "@likely/simulators";
 *
 * const { simulator } = gAndK({ summaries: true });
 * const [low, high] = simulator.levels!.map((level) =>
 *   level.simulate(key(1), fromRows([[1, 2, 0.5, 2]])).data
 * );
 * // The median of a thousand draws hardly differs, the tails do.
 * assert(Math.abs(low![0]! - high![0]!) < 0.01 && high![3]! > low![3]! + 0.1);
 * ```
 */
export function gAndK(options: GAndKOptions = {}): Task {
  const { prior = "code", low = "taylor", summaries = false, draws = summaries ? 1000 : 1 } = options;
  requireOneOf(ACTION, "prior", prior, ["paper", "code"]);
  requireOneOf(ACTION, "low", low, ["taylor", "code"]);
  // Octiles of fewer draws could all be one value, and the scale 0.
  requireInteger(ACTION, "draws", draws, summaries ? 8 : 1);
  const factor = low === "taylor" ? Math.sqrt(Math.PI) / 2 : Math.PI / 2;
  const taylor = (u: number) => {
    const w = 2 * u - 1;
    return Math.SQRT2 * factor * (w + Math.PI / 12 * w * w * w);
  };
  const levelOf = (name: string, quantile: (u: number) => number) => ({
    name,
    cost: 1,
    simulate: (noise: Noise, theta: Float64Array) => {
      const x = drawAll(noise, theta, draws, quantile);
      return summaries ? octileStatistics(x) : x;
    },
  });
  const theta4 = prior === "paper" ? uniform(0, Math.exp(0.5)) : uniform(Math.exp(0.5), 3);
  return {
    name: NAME,
    prior: independent({
      location: uniform(0, 3),
      scale: uniform(0, 3),
      skewness: uniform(0, 3),
      exp_k: theta4,
    }),
    simulator: leveled({
      name: NAME,
      thetaDim: 4,
      xDim: summaries ? OCTILE_STATISTICS : draws,
      levels: [levelOf("taylor", taylor), levelOf("exact", normalQuantile)],
      ...(!summaries && { logLikelihood }),
    }),
  };
}

function drawAll(noise: Noise, theta: Float64Array, draws: number, quantile: (u: number) => number) {
  const [location, scale, g, expK] = theta as unknown as [number, number, number, number];
  const random = noise.of("draws");
  const k = Math.log(expK);
  return Float64Array.from({ length: draws }, () => {
    // A uniform may be 0, of which the quantile is not finite.
    const z = quantile(Math.max(random.uniform(), 2 ** -54));
    return location + scale * gAndKQuantile(z, g, k);
  });
}

function logLikelihood(theta: Float64Array, x: Float64Array): number {
  const [location, scale, g, expK] = theta as unknown as [number, number, number, number];
  if (!(scale > 0 && expK >= 1)) return NaN;
  const k = Math.log(expK);
  let sum = 0;
  for (const value of x) {
    const z = gAndKInverse((value - location) / scale, g, k);
    sum -= z * z / 2 + Math.log(scale * gAndKSlope(z, g, k)) + Math.log(2 * Math.PI) / 2;
  }
  return sum;
}
