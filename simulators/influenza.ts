/**
 * The boarding-school influenza of 1978: a deterministic epidemic with noisy counts.
 *
 * @module
 */

import { type Points, simulator, type Task } from "@likely/core";
import { drawCounts, influenzaPrior } from "./_influenza_model.ts";
import { logNegativeBinomial, scoreInverseDispersion, scoreLogMean } from "./_negative_binomial.ts";
import { sirSensitivity, sirTrajectory } from "./_sir.ts";
import { countsToX, influenzaCounts, xToCounts } from "./influenza_counts.ts";

/**
 * Builds the influenza task: how fast did it spread, and how fast did the boys recover?
 *
 * `dS/dt = −β S I / N`, `dI/dt = β S I / N − γ I`, N = 763, one case on day 0. The boys in bed on
 * days 1 to 14 are negative binomial with mean `I(t)` and variance `I + I² phi_inv`.
 * Parameters `beta` and `gamma` (per day) and `phi_inv`; the prior is
 * `beta ~ N(2, 1²)` and `gamma ~ N(0.4, 0.5²)`, both above 0, and `phi_inv ~ Exponential(5)`.
 *
 * `x` is `log(1 + count)`: see `countsToX` and `xToCounts`. Likelihood and score are exact for the
 * Runge–Kutta solution that is simulated from; both are probabilities of the counts themselves.
 * Parameters far outside the prior, where the epidemic overflows or `phi_inv` is not above 0, give
 * NaN when simulated, −∞ as log-likelihood and 0 as score.
 *
 * Source: Grinsztajn, Semenova, Margossian & Riou (2021), "Bayesian workflow for disease
 * transmission modeling in Stan", https://arxiv.org/abs/2006.02985: β ≈ 1.73, γ ≈ 0.54.
 *
 * @returns The task, with the observed days as its observation.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { influenza, xToCounts } from "@likely/simulators";
 *
 * const { simulator } = influenza();
 * const x = simulator.simulate(key(1), fromRows([[1.73, 0.54, 0.1]]));
 * assertEquals(xToCounts(x.data).length, 14);
 * ```
 */
export function influenza(): Task {
  return {
    name: "influenza",
    prior: influenzaPrior(),
    simulator: simulator({
      name: "influenza",
      thetaDim: 3,
      xDim: influenzaCounts.length,
      simulate: (random, [beta, gamma, phiInv]) => {
        const days = sirTrajectory({ beta: beta!, gamma: gamma! });
        return countsToX(drawCounts(random, logInfected(days).map(Math.exp), phiInv!));
      },
      logLikelihood,
      score,
    }),
    observation: countsToX(influenzaCounts),
  };
}

function logLikelihood([beta, gamma, phiInv]: Float64Array, x: Float64Array): number {
  const logMeans = logInfected(sirTrajectory({ beta: beta!, gamma: gamma! }));
  const counts = xToCounts(x);
  let total = 0;
  for (let t = 0; t < counts.length; t++) {
    total += logNegativeBinomial(counts[t]!, { logMean: logMeans[t]!, inverseDispersion: phiInv! });
  }
  return Number.isNaN(total) ? -Infinity : total;
}

function score([beta, gamma, phiInv]: Float64Array, x: Float64Array): Float64Array {
  const { data, dim } = sirSensitivity({ beta: beta!, gamma: gamma! });
  const out = new Float64Array(3);
  xToCounts(x).forEach((count, t) => {
    const model = { logMean: data[t * dim + 1]!, inverseDispersion: phiInv! };
    const slope = scoreLogMean(count, model);
    out[0]! += slope * data[t * dim + 3]!;
    out[1]! += slope * data[t * dim + 5]!;
    out[2]! += scoreInverseDispersion(count, model);
  });
  return phiInv! > 0 && out.every(Number.isFinite) ? out : out.fill(0);
}

/** Column log I of a trajectory. */
function logInfected(days: Points): Float64Array {
  return Float64Array.from({ length: days.n }, (_, t) => days.data[t * days.dim + 1]!);
}
