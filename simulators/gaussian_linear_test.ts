import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { key, points, row, split } from "@likely/core";
import { gaussianLinear, gaussianLinearPosterior } from "./gaussian_linear.ts";

const [forTheta, forX] = split(key(7), 2);

Deno.test("gaussianLinear() has data of mean 0 and variance 0.2, correlated with theta by √½", () => {
  const n = 20_000;
  const { prior, simulator } = gaussianLinear();
  const theta = prior.sample(forTheta, n);
  const x = simulator.simulate(forX, theta);
  for (let j = 0; j < 10; j++) {
    const mean = (f: (i: number) => number) =>
      Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b) / n;
    // Standard errors: √(v/n), v √(2/n), and √((v₁ v₂ + c²)/n) for a covariance.
    assertAlmostEquals(mean((i) => row(x, i)[j]!), 0, 4.5 * Math.sqrt(0.2 / n));
    assertAlmostEquals(mean((i) => row(x, i)[j]! ** 2), 0.2, 4.5 * 0.2 * Math.sqrt(2 / n));
    assertAlmostEquals(mean((i) => row(x, i)[j]! * row(theta, i)[j]!), 0.1, 4.5 * Math.sqrt(0.03 / n));
  }
});

Deno.test("gaussianLinearPosterior() is prior times likelihood over the evidence", () => {
  const { prior, simulator } = gaussianLinear();
  const theta = prior.sample(forTheta, 20);
  const x = Float64Array.from({ length: 10 }, (_, j) => Math.sin(j));
  const repeated = points(Float64Array.from({ length: 200 }, (_, i) => x[i % 10]!), 10);
  const likelihood = simulator.logLikelihood!(theta, repeated);
  const before = prior.logDensity(theta);
  const after = gaussianLinearPosterior(x).logDensity(theta);
  // x ~ N(0, 0.2 I).
  const evidence = x.reduce((sum, v) => sum - v * v / 0.4, -5 * Math.log(0.4 * Math.PI));
  after.forEach((value, i) => assertAlmostEquals(before[i]! + likelihood[i]! - value, evidence, 1e-9));
});

Deno.test("gaussianLinearPosterior() refuses an observation of another length", () => {
  assert(assertThrows(() => gaussianLinearPosterior(new Float64Array(9)), TypeError));
});
