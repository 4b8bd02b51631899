/**
 * The two moons task: a posterior of two crescents, bent and apart.
 *
 * @module
 */

import { drawNormal, independent, mseDistance, type Points, simulator, uniform } from "@likely/core";
import { requireColumns, requireLength } from "@likely/core/check";
import { published } from "./_published_observations.ts";
import type { CostTask } from "./cost_task.ts";
import { gridPosterior } from "./grid_posterior.ts";

const MEAN_RADIUS = 0.1;
const SD_RADIUS = 0.01;
const OFFSET = 0.25;

/**
 * Builds the two moons task: `theta ~ U[−1, 1]²` and
 *
 * `x = (r cos a + 0.25, r sin a) + (−|θ₁ + θ₂|, −θ₁ + θ₂) / √2`, with
 * `a ~ U(−π/2, π/2)` and `r ~ N(0.1, 0.01²)`.
 *
 * The likelihood is exact, by change of variables. With `q` the point `(r cos a, r sin a)` and
 * `ρ = |q|`, the Jacobian of `(a, r) → q` is `|r|`, `q₁` has the sign of `r`, and so
 * `p(x | θ) = N(sign(q₁) ρ; 0.1, 0.01²) / (π ρ)`.
 *
 * The density jumps along the line `q₁ = 0`, where the crescent ends, and that line moves with
 * theta: the score is exact on either side, but its mean over `x` is not 0 (its derivative along
 * q₁ has mean `−(2/π) E[1/r]`), nor does Stein's identity hold for the posterior. Use the score
 * to move a sampler or to fit pointwise, not in an argument that integrates by parts.
 *
 * As a cost task its distance is the mean of `(x − xₒ)²` over both columns. With `m` the centre of the
 * crescent less xₒ, E r = 0.1, E r² = 0.0101 and E cos a = 2/π, the cost is
 * `½ [m₁² + 0.4 m₁ / π + m₂² + 0.0101]`. (The paper's own reference is off: it integrates a density
 * that lacks `1/ρ`, and its draws at β = 1000 are too spread out.)
 *
 * Source: Greenberg, Nonnenmacher & Macke (2019), https://arxiv.org/abs/1905.07488; Lueckmann et
 * al. (2021), "Benchmarking simulation-based inference", T.8, https://arxiv.org/abs/2101.04653;
 * for the cost Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208.
 *
 * @returns The task; likelihood, score, cost and generalized posterior are exact.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { twoMoons } from "@likely/simulators";
 *
 * // Mirrored parameters explain any x equally well.
 * const theta = fromRows([[0.3, 0.5], [-0.5, -0.3]]);
 * const [here, there] = twoMoons().simulator.logLikelihood!(theta, fromRows([[-0.2, 0.1], [-0.2, 0.1]]));
 * assertAlmostEquals(here!, there!);
 * ```
 */
export function twoMoons(): CostTask {
  const prior = independent({ theta1: uniform(-1, 1), theta2: uniform(-1, 1) });
  return {
    name: "two_moons",
    prior,
    simulator: simulator({
      name: "two_moons",
      thetaDim: 2,
      xDim: 2,
      simulate: (random, theta) => {
        const angle = Math.PI * (random.uniform() - 0.5);
        const radius = drawNormal(random, MEAN_RADIUS, SD_RADIUS);
        const [dx, dy] = shift(theta[0]!, theta[1]!);
        return [radius * Math.cos(angle) + dx, radius * Math.sin(angle) + dy];
      },
      logLikelihood,
      score,
    }),
    betas: [10, 100, 1000],
    observations: published("two_moons"),
    distance: mseDistance(),
    cost,
    generalizedPosterior: (observed, beta) =>
      gridPosterior(prior, (theta) => cost(theta, observed).map((value) => -beta * value)),
  };
}

function cost(theta: Points, observed: ArrayLike<number>): Float64Array {
  requireColumns("compute a cost", "theta", theta, 2);
  requireLength("compute a cost", "observed", observed.length, 2);
  const own = MEAN_RADIUS ** 2 + SD_RADIUS ** 2;
  const out = new Float64Array(theta.n);
  for (let i = 0; i < theta.n; i++) {
    const [dx, dy] = shift(theta.data[2 * i]!, theta.data[2 * i + 1]!);
    const [m1, m2] = [dx - observed[0]!, dy - observed[1]!];
    out[i] = (m1 * m1 + m1 * MEAN_RADIUS * 4 / Math.PI + m2 * m2 + own) / 2;
  }
  return out;
}

/** Where theta puts the centre of the crescent. */
function shift(t1: number, t2: number): [number, number] {
  return [OFFSET - Math.abs(t1 + t2) * Math.SQRT1_2, (t2 - t1) * Math.SQRT1_2];
}

/** `q` around the centre, its length ρ > 0 and the radius r that gave it. */
function polar(theta: Float64Array, x: Float64Array): { q: [number, number]; rho: number; r: number } {
  const [dx, dy] = shift(theta[0]!, theta[1]!);
  const q: [number, number] = [x[0]! - dx, x[1]! - dy];
  // The centre itself, a single point of infinite density, gets a finite one.
  const rho = Math.max(Math.hypot(...q), Number.MIN_VALUE);
  return { q, rho, r: q[0] < 0 ? -rho : rho };
}

function logLikelihood(theta: Float64Array, x: Float64Array): number {
  const { rho, r } = polar(theta, x);
  const z = (r - MEAN_RADIUS) / SD_RADIUS;
  return -z * z / 2 - Math.log(SD_RADIUS * Math.sqrt(2 * Math.PI)) - Math.log(Math.PI * rho);
}

function score(theta: Float64Array, x: Float64Array): [number, number] {
  const { q, rho, r } = polar(theta, x);
  // ∂ log p / ∂ρ, then along q₁ and q₂; ∂q₁/∂θ = ±(1, 1)/√2 and ∂q₂/∂θ = (1, −1)/√2.
  const slope = Math.sign(r) * (MEAN_RADIUS - r) / SD_RADIUS ** 2 - 1 / rho;
  const along = Math.sign(theta[0]! + theta[1]!) * slope * q[0] / rho * Math.SQRT1_2;
  const across = slope * q[1] / rho * Math.SQRT1_2;
  return [along + across, along - across];
}
