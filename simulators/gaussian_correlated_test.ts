import { assertAlmostEquals, assertThrows } from "@std/assert";
import { key, multivariateNormal, points, row, split } from "@likely/core";
import { gaussianCorrelated, gaussianCorrelatedPosterior } from "./gaussian_correlated.ts";

const [forTheta, forX] = split(key(7), 2);
const { prior, simulator } = gaussianCorrelated();

// Straight from the definition.
const sigma = (i: number, j: number) => 0.9 ** Math.abs(i - j);
const lambda = (i: number, j: number) => i === j ? 0.25 : 0.125;

Deno.test("gaussianCorrelated() has data and errors with the covariances of its definition", () => {
  const n = 20_000;
  const theta = prior.sample(forTheta, n);
  const x = simulator.simulate(forX, theta);
  for (const [i, j] of [[0, 0], [0, 1], [3, 11], [6, 5], [11, 11]] as const) {
    const mean = (f: (r: number) => number) =>
      Array.from({ length: n }, (_, r) => f(r)).reduce((a, b) => a + b) / n;
    const error = (r: number, k: number) => row(x, r)[k]! - row(theta, r)[k]!;
    // The standard error of a covariance: √((v₁ v₂ + c²) / n).
    const within = (c: (i: number, j: number) => number) =>
      4.5 * Math.sqrt((c(i, i) * c(j, j) + c(i, j) ** 2) / n);
    assertAlmostEquals(mean((r) => row(theta, r)[i]! * row(theta, r)[j]!), sigma(i, j), within(sigma));
    assertAlmostEquals(mean((r) => error(r, i) * error(r, j)), lambda(i, j), within(lambda));
  }
});

Deno.test("gaussianCorrelatedPosterior() is prior times likelihood over the evidence", () => {
  const theta = prior.sample(forTheta, 20);
  const x = Float64Array.from({ length: 12 }, (_, j) => 2 * Math.sin(j));
  const repeated = points(Float64Array.from({ length: 240 }, (_, i) => x[i % 12]!), 12);
  const likelihood = simulator.logLikelihood!(theta, repeated);
  const before = prior.logDensity(theta);
  const names = prior.names;
  const both = names.map((_, i) => names.map((_, j) => sigma(i, j) + lambda(i, j)));
  const [evidence] = multivariateNormal(names, new Array(12).fill(0), both).logDensity(points(x, 12));
  gaussianCorrelatedPosterior(x).logDensity(theta).forEach((value, i) =>
    assertAlmostEquals(before[i]! + likelihood[i]! - value, evidence!, 1e-9)
  );
});

Deno.test("gaussianCorrelatedPosterior() refuses an observation of another length", () => {
  assertThrows(() => gaussianCorrelatedPosterior([1, 2]), TypeError, "x must have length 12");
});
