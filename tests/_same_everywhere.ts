// Digests of draws of every kind from fixed keys: the same on every host. No `using`, which Node 20 lacks.

import {
  beta,
  drawBinomial,
  drawCategorical,
  drawNegativeBinomial,
  drawPermutation,
  drawPoisson,
  exponential,
  gamma,
  independent,
  key,
  type LogDensity,
  logNormal,
  multivariateNormal,
  normal,
  points,
  row,
  split,
  stream,
  truncatedNormal,
  uniform,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { sample } from "@likely/samplers/sample";
import { smc } from "@likely/samplers/smc";
import { DENSITIES, densityArtifact } from "./_density_specs.ts";

const SAMPLERS = ["nuts", "hmc", "mala", "slice", "random_walk"] as const;

/** By what was drawn, the first 16 hexadecimal digits of a SHA-256. */
export async function digests(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const [forPrior, forVariates, forChains] = split(key(11), 3);
  found["every marginal"] = await digest(PRIOR.sample(forPrior, 2000).data);
  found["a multivariate normal"] = await digest(CORRELATED.sample(forPrior, 2000).data);
  found["densities of priors"] = await digest(PRIOR.logDensity(PRIOR.sample(forPrior, 200)));
  const random = stream(forVariates);
  found["counts and choices"] = await digest(Float64Array.from({ length: 4000 }, (_, i) =>
    [
      () => drawPoisson(random, i / 50),
      () => drawBinomial(random, i, 0.3),
      () => drawNegativeBinomial(random, 5, 2),
      () => drawCategorical(random, [1, 2, 3]),
    ][i % 4]!()));
  found["a permutation"] = await digest(Float64Array.from(drawPermutation(random, 1000)));
  for (const sampler of SAMPLERS) {
    const { values } = await sample(forChains, TARGET, PRIOR, { sampler, warmup: 100, draws: 50 });
    found[`chains by ${sampler}`] = await digest(values);
  }
  found.particles = await digest((await smc(forChains, PRIOR, TARGET, { particles: 200 })).values);
  const engine = fusedEngine({ simd: "plain", workers: 1 });
  for (const [name, spec] of Object.entries(DENSITIES)) {
    const density = await engine.density(densityArtifact(spec));
    const condition = conditions(spec.target === "theta" ? spec.xDim : spec.thetaDim);
    const draws = density.sample(key(6), 20, condition);
    found[name] = await digest(draws.data, density.logDensity(draws, condition));
    density[Symbol.dispose]();
  }
  return found;
}

const PRIOR = independent({
  uniform: uniform(-1, 3),
  normal: normal(1, 2),
  truncated: truncatedNormal(0, 1, { low: 0.5, high: 9 }),
  log: logNormal(0.2, 0.7),
  gamma: gamma(2.5, 3),
  small: gamma(0.3, 1),
  exponential: exponential(2),
  beta: beta(2, 0.7),
});
/** Two conditions. */
const conditions = (dim: number) => points(Float64Array.from({ length: 2 * dim }, (_, k) => k / 3 - 1), dim);
const CORRELATED = multivariateNormal(["a", "b"], [1, -1], [[2, 0.7], [0.7, 1]]);

/** Arithmetic alone: what users' densities are made of is the host's. */
const TARGET: LogDensity = {
  name: "a parabola",
  dim: PRIOR.dim,
  evaluate: (theta) => {
    const value = new Float64Array(theta.n);
    const grad = new Float64Array(theta.data.length);
    for (let i = 0; i < theta.n; i++) {
      for (const [j, t] of row(theta, i).entries()) {
        value[i]! -= (t - 0.6) * (t - 0.6) / 2;
        grad[i * PRIOR.dim + j] = 0.6 - t;
      }
    }
    return { value, grad };
  },
};

async function digest(...parts: readonly Float64Array[]): Promise<string> {
  const bytes = parts.flatMap((part) => [...new Uint8Array(part.slice().buffer)]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return [...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
