import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { key, normalCdf, points, split } from "@likely/core";
import { gaussianLinearUniform, gaussianLinearUniformPosterior } from "./gaussian_linear_uniform.ts";

const { prior, simulator } = gaussianLinearUniform();
const X = Float64Array.from({ length: 10 }, (_, j) => 1.2 * Math.sin(j));

Deno.test("gaussianLinearUniform() has data of mean 0 and variance 1/3 + 0.1", () => {
  const n = 20_000;
  const [forTheta, forX] = split(key(7), 2);
  const { data } = simulator.simulate(forX, prior.sample(forTheta, n));
  const mean = (f: (value: number) => number) => data.reduce((sum, value) => sum + f(value), 0) / data.length;
  const variance = 1 / 3 + 0.1;
  // E x⁴ = E θ⁴ + 6 E θ² E e² + 3 (0.1)².
  const fourth = 1 / 5 + 6 * 0.1 / 3 + 0.03;
  assertAlmostEquals(mean((v) => v), 0, 4 * Math.sqrt(variance / data.length));
  assertAlmostEquals(mean((v) => v * v), variance, 4 * Math.sqrt((fourth - variance ** 2) / data.length));
});

Deno.test("gaussianLinearUniformPosterior() is prior times likelihood over the evidence", () => {
  const theta = prior.sample(key(8), 20);
  const repeated = points(Float64Array.from({ length: 200 }, (_, i) => X[i % 10]!), 10);
  const likelihood = simulator.logLikelihood!(theta, repeated);
  const before = prior.logDensity(theta);
  const sd = Math.sqrt(0.1);
  const evidence = X.reduce(
    (sum, x) => sum + Math.log((normalCdf((1 - x) / sd) - normalCdf((-1 - x) / sd)) / 2),
    0,
  );
  gaussianLinearUniformPosterior(X).logDensity(theta).forEach((value, i) =>
    assertAlmostEquals(before[i]! + likelihood[i]! - value, evidence, 1e-9)
  );
});

Deno.test("gaussianLinearUniformPosterior() stays in the box and refuses other lengths", () => {
  assert(gaussianLinearUniformPosterior(X).sample(key(9), 500).data.every((value) => Math.abs(value) <= 1));
  assertThrows(() => gaussianLinearUniformPosterior([1]), TypeError, "x must have length 10");
});
