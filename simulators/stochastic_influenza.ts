/**
 * The boarding-school influenza of 1978 as a jump process: chance in every infection.
 *
 * @module
 */

import { drawExponential, simulator, type Stream, type Task } from "@likely/core";
import { drawCounts, influenzaPrior } from "./_influenza_model.ts";
import { DAYS, POPULATION, type Rates } from "./_sir.ts";
import { countsToX, influenzaCounts } from "./influenza_counts.ts";

/**
 * Builds the stochastic influenza task: as `influenza`, with chance in the epidemic itself.
 *
 * Boy by boy, `(S, I) → (S − 1, I + 1)` at rate `β S I / N` and `I → I − 1` at rate `γ I`, from
 * S = 762 and I = 1, simulated exactly. Prior, counts and `x` are those of `influenza`. The
 * likelihood is not known. About γ/β of the epidemics die out at once and give nothing but
 * zeros or nearly so: they are data, not failures.
 *
 * Source: Gillespie (1977), "Exact stochastic simulation of coupled chemical reactions",
 * https://doi.org/10.1021/j100540a008; one run is at most 1,525 events.
 *
 * @returns The task, with the observed days as its observation.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { stochasticInfluenza } from "@likely/simulators";
 *
 * const { simulator } = stochasticInfluenza();
 * const x = simulator.simulate(key(1), fromRows([[1.73, 0.54, 0.1]]));
 * assertEquals(x.dim, 14);
 * ```
 */
export function stochasticInfluenza(): Task {
  return {
    name: "influenza_stochastic",
    prior: influenzaPrior(),
    simulator: simulator({
      name: "influenza_stochastic",
      thetaDim: 3,
      xDim: DAYS,
      simulate: (random, [beta, gamma, phiInv]) => {
        const infected = jumps(random, { beta: beta!, gamma: gamma! });
        return countsToX(drawCounts(random, infected, phiInv!));
      },
    }),
    observation: countsToX(influenzaCounts),
  };
}

// Infected boys on days 1, 2, …; NaN where a rate makes no sense.
function jumps(random: Stream, { beta, gamma }: Rates): Float64Array {
  const infected = new Float64Array(DAYS);
  if (!(beta >= 0 && gamma > 0 && beta + gamma < Infinity)) return infected.fill(NaN);
  let s = POPULATION - 1;
  let i = 1;
  let time = 0;
  for (let day = 0; day < DAYS && i > 0;) {
    // Both rates hold the factor I; what is left tells which of the two happens.
    const infection = beta * s / POPULATION;
    time += drawExponential(random, (infection + gamma) * i);
    while (day < DAYS && time > day + 1) infected[day++] = i;
    if (random.uniform() * (infection + gamma) < infection) s--, i++;
    else i--;
  }
  return infected;
}
