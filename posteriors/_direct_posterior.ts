// A posterior that was learned as a density: drawn from directly.

import type { ConditionalDensity, Points, Posterior, Prior } from "@likely/core";

/** The posterior at the one row of x. */
export function directPosterior(density: ConditionalDensity, prior: Prior, x: Points): Posterior {
  return {
    sample: (key, n) => {
      const start = performance.now();
      const { data } = density.sample(key, n, x);
      const seconds = (performance.now() - start) / 1000;
      return Promise.resolve({
        names: prior.names,
        chains: 1,
        length: n,
        values: data,
        info: { sampler: "direct", evaluations: 0, seconds },
        warnings: [],
      });
    },
    logDensity: (theta) => density.logDensity(theta, x),
  };
}
