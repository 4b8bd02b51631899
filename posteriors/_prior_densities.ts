// The prior density of each parameter alone, where it is known.

import { type Marginal, marginalFrom, normal, type PriorSpec } from "@likely/core";
import { exp } from "@likely/core/elementary";

/** One function a parameter, of the density itself; undefined for priors of the user's own. */
export function priorDensities(spec: PriorSpec): (((value: number) => number) | undefined)[] {
  switch (spec.kind) {
    case "independent":
      return spec.parameters.map(({ marginal }) => densityOf(marginalFrom(marginal)));
    case "multivariate_normal":
      return spec.mean.map((mean, j) => densityOf(normal(mean, Math.sqrt(spec.covariance[j]![j]!))));
    case "custom":
      return spec.names.map(() => undefined);
  }
}

function densityOf(marginal: Marginal): (value: number) => number {
  return (value) => exp(marginal.logDensity(value));
}
