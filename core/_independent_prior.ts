// Independent priors from a list of names and marginals: what `independent` and `priorFrom` share.

import { requireColumns } from "./check.ts";
import { requireNames } from "./_plain_data.ts";
import { rowSampler } from "./_rows.ts";
import type { Marginal } from "./marginal.ts";
import { type Points, zeros } from "./points.ts";
import type { Prior } from "./prior.ts";

/** Builds the prior; the list is in the order of the parameters. */
export function independentPrior(parameters: readonly (readonly [string, Marginal])[]): Prior {
  const names = parameters.map(([name]) => name);
  requireNames("build an independent prior", names);
  const marginals = parameters.map(([, marginal]) => marginal);
  const dim = names.length;
  return {
    names,
    dim,
    support: marginals.map(({ support }) => support),
    spec: {
      kind: "independent",
      parameters: parameters.map(([name, { spec }]) => ({ name, marginal: spec })),
    },
    sample: rowSampler(dim, (random, out) => marginals.forEach((m, j) => out[j] = m.draw(random))),
    logDensity: (theta) => sumOverColumns(marginals, theta),
    score: (theta) => scoreColumns(marginals, theta),
  };
}

function sumOverColumns(marginals: readonly Marginal[], theta: Points): Float64Array {
  requireColumns("evaluate a prior", "points", theta, marginals.length);
  return Float64Array.from({ length: theta.n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < theta.dim; j++) sum += marginals[j]!.logDensity(theta.data[i * theta.dim + j]!);
    return sum;
  });
}

function scoreColumns(marginals: readonly Marginal[], theta: Points): Points {
  requireColumns("differentiate a prior", "points", theta, marginals.length);
  const { n, dim, data } = theta;
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) {
    const isInside = marginals.every(({ support }, j) => {
      const value = data[i * dim + j]!;
      return value > support.low && value < support.high;
    });
    // Outside the support the whole row is 0, not only the coordinate that left it.
    for (let j = 0; isInside && j < dim; j++) out.data[i * dim + j] = marginals[j]!.score(data[i * dim + j]!);
  }
  return out;
}
