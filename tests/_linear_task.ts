// The smallest task with a closed form, and the smallest network that knows all of it.

import { drawNormal, type EstimatorSpec, independent, normal, simulator } from "@likely/sbi";

/** A Gaussian whose mean is linear: all that linear Gaussian tasks need, from few simulations. */
export const LINEAR: EstimatorSpec = { kind: "maf", transforms: 1, hidden: [], activation: "silu" };

/** x = a + noise of `sd`, a ~ N(0, 1): the posterior is N(x, sd²) / (1 + sd²). */
export function linearTask(sd: number) {
  return {
    prior: independent({ a: normal(0, 1) }),
    simulator: simulator({
      name: "noisy",
      thetaDim: 1,
      xDim: 1,
      simulate: (random, [a]) => [a! + drawNormal(random, 0, sd)],
    }),
  };
}
