/**
 * The SLCP task: a simple likelihood with a complex posterior.
 *
 * @module
 */

import { simulator, type Task } from "@likely/core";
import { POINTS, slcpPoints, slcpPrior } from "./_slcp_points.ts";

/**
 * Builds the SLCP task: `theta ~ U[−3, 3]⁵` and x four independent points of `N(m, S)` in the
 * plane, `x = (p₁ₓ, p₁ᵧ, …, p₄ₓ, p₄ᵧ)`, with `m = (θ₁, θ₂)`,
 * `S₁₁ = θ₃⁴ + 1e-6`, `S₂₂ = θ₄⁴ + 1e-6` and `S₁₂ = tanh(θ₅) θ₃² θ₄²`.
 *
 * The signs of θ₃ and θ₄ leave no trace in x: the posterior has four equal modes.
 *
 * Source: Papamakarios, Sterratt & Murray (2019), https://arxiv.org/abs/1805.07226; Lueckmann et
 * al. (2021), "Benchmarking simulation-based inference", T.3, https://arxiv.org/abs/2101.04653.
 *
 * @returns The task; likelihood and score are exact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { slcp } from "@likely/simulators";
 *
 * const { prior, simulator } = slcp();
 * assertEquals(simulator.simulate(key(1), prior.sample(key(0), 2)).dim, 8);
 * ```
 */
export function slcp(): Task {
  return {
    name: "slcp",
    prior: slcpPrior(),
    simulator: simulator({
      name: "slcp",
      thetaDim: 5,
      xDim: 2 * POINTS,
      ...slcpPoints,
    }),
  };
}
