import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  foldIn,
  independent,
  key,
  multivariateNormal,
  normal,
  numericDensity,
  row,
  uniform,
} from "@likely/core";
import { ellipticalSlice } from "./elliptical_slice.ts";

const covariance = [[2, 0.8], [0.8, 1]];
const prior = multivariateNormal(["a", "b"], [1, -1], covariance);
// A datum 2 of a + b with variance 1: v = (2.8, 1.8) = Σ (1, 1), s = 1 + 4.6, residual 2.
const likelihood = numericDensity("sum", 2, ([a, b]) => -0.5 * (a! + b! - 2) ** 2);
const posterior = multivariateNormal(
  ["a", "b"],
  [1 + 2.8 * 2 / 5.6, -1 + 1.8 * 2 / 5.6],
  [[2 - 2.8 ** 2 / 5.6, 0.8 - 2.8 * 1.8 / 5.6], [0.8 - 2.8 * 1.8 / 5.6, 1 - 1.8 ** 2 / 5.6]],
);

Deno.test("elliptical slice sampling leaves the conjugate posterior unchanged", () => {
  const n = 8000;
  const before = posterior.sample(key(1), n);
  const kernel = ellipticalSlice(prior, likelihood);
  const [{ position: after, logDensity }, info] = kernel.step(key(2), kernel.init(key(0), before));
  for (
    const f of [(p: Float64Array) => p[0]!, (p: Float64Array) => p[1]!, (p: Float64Array) => p[0]! * p[1]!]
  ) {
    const drift = Array.from({ length: n }, (_, i) => f(row(after, i)) - f(row(before, i)));
    const mean = drift.reduce((a, b) => a + b) / n;
    const variance = drift.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    assert(variance > 0.01 && Math.abs(mean) < 4 * Math.sqrt(variance / n), `${mean}`);
  }
  assertEquals(info.acceptance, 1);
  const atPrior = prior.logDensity(after);
  const expected = likelihood.evaluate(after).value.map((v, i) => v + atPrior[i]!);
  assert(logDensity.every((v, i) => Math.abs(v - expected[i]!) < 1e-9));
});

Deno.test("elliptical slice sampling reaches the posterior from afar and counts its calls", () => {
  let calls = 0;
  const counted = { ...likelihood, evaluate: (p: typeof start) => (calls++, likelihood.evaluate(p)) };
  const start = { data: new Float64Array(400).fill(-6), n: 200, dim: 2 };
  const kernel = ellipticalSlice(prior, counted);
  let state = kernel.init(key(0), start);
  let evaluations = 1;
  for (let t = 0; t < 30; t++) {
    const [next, info] = kernel.step(foldIn(key(3), t), state);
    state = next;
    evaluations += info.evaluations;
  }
  assertEquals(calls, evaluations);
  const mean = state.position.data.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b) / 200;
  assert(Math.abs(mean - 2) < 4 * Math.sqrt(0.6 / 200), `${mean}`);
});

Deno.test("elliptical slice sampling refuses a prior that is not Gaussian", () => {
  const mixed = independent({ a: normal(0, 1), b: uniform(0, 1) });
  assertThrows(() => ellipticalSlice(mixed, likelihood), TypeError, 'current marginal of "b" is "uniform"');
});
