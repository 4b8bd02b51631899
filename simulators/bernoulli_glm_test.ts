import { assertAlmostEquals, assertEquals } from "@std/assert";
import { key, points, row, split } from "@likely/core";
import golden from "../tests/golden/benchmark.json" with { type: "json" };
import { bernoulliGlm } from "./bernoulli_glm.ts";
import { bernoulliGlmRaw } from "./bernoulli_glm_raw.ts";

const [forTheta, forX] = split(key(7), 2);
const { prior, simulator } = bernoulliGlm();
const raw = bernoulliGlmRaw().simulator;
const BINS = 100;

// The log-odds of a spike in each bin, from the likelihood alone.
function logOdds(theta: Float64Array): { readonly psi: Float64Array; readonly silent: number } {
  const trains = new Float64Array((BINS + 1) * BINS);
  for (let t = 0; t < BINS; t++) trains[(t + 1) * BINS + t] = 1;
  const repeated = points(Float64Array.from({ length: 10 * (BINS + 1) }, (_, i) => theta[i % 10]!), 10);
  const [silent, ...single] = raw.logLikelihood!(repeated, points(trains, BINS));
  return { psi: Float64Array.from(single, (value) => value - silent!), silent: silent! };
}

Deno.test("bernoulliGlmRaw() has a likelihood of total 1 over all trains", () => {
  const theta = prior.sample(forTheta, 20);
  const x = raw.simulate(forX, theta);
  const logs = raw.logLikelihood!(theta, x);
  for (let i = 0; i < theta.n; i++) {
    const { psi, silent } = logOdds(row(theta, i));
    // Bins are independent: the log-odds add up ...
    assertAlmostEquals(silent + psi.reduce((sum, p, t) => sum + p * row(x, i)[t]!, 0), logs[i]!, 1e-9);
    // ... and the sum over all trains is a product over bins.
    assertAlmostEquals(psi.reduce((sum, p) => sum + Math.log1p(Math.exp(p)), silent), 0, 1e-9);
  }
});

Deno.test("bernoulliGlmRaw() spikes as often as its likelihood says, in every bin", () => {
  const n = 20_000;
  const theta = row(prior.sample(forTheta, 1), 0);
  const x = raw.simulate(forX, points(Float64Array.from({ length: 10 * n }, (_, i) => theta[i % 10]!), 10));
  const { psi } = logOdds(theta);
  psi.forEach((value, t) => {
    const p = 1 / (1 + Math.exp(-value));
    let seen = 0;
    for (let i = 0; i < n; i++) seen += row(x, i)[t]! / n;
    assertAlmostEquals(seen, p, 4.5 * Math.sqrt(p * (1 - p) / n) + 1e-12);
  });
});

Deno.test("bernoulliGlm() and bernoulliGlmRaw() have one likelihood, score and stream", () => {
  const theta = prior.sample(forTheta, 20);
  const [x, spikes] = [simulator.simulate(forX, theta), raw.simulate(forX, theta)];
  assertEquals(simulator.logLikelihood!(theta, x), raw.logLikelihood!(theta, spikes));
  assertEquals(simulator.score!(theta, x).data, raw.score!(theta, spikes).data);
});

Deno.test("bernoulliGlm() has NumPy's inverse of the benchmark's precision as covariance", () => {
  const { spec } = prior;
  if (spec.kind !== "multivariate_normal") throw new TypeError(`Cannot check a prior of kind ${spec.kind}`);
  const at = (i: number, j: number) => spec.covariance[i]![j]!;
  assertEquals([at(0, 0), at(0, 1), at(5, 0)], [2, 0, 0]);
  golden.bernoulliGlmCovariance.forEach((values, i) =>
    values.forEach((value, j) => assertAlmostEquals(at(i + 1, j + 1), value, 1e-12))
  );
});
