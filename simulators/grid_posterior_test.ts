import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { fromRows, independent, key, normal, points, row, uniform } from "@likely/core";
import { gridPosterior } from "./grid_posterior.ts";

const prior = independent({ a: uniform(-8, 8), b: uniform(-8, 8) });

Deno.test("gridPosterior() finds the moments and the evidence of a correlated Gaussian", () => {
  // Precision [[2, 1], [1, 2]] around (1, −0.5): covariance [[2, −1], [−1, 2]] / 3.
  const { nodes, weights, logDensity } = gridPosterior(
    prior,
    (theta) =>
      Float64Array.from({ length: theta.n }, (_, i) => {
        const [u, v] = [row(theta, i)[0]! - 1, row(theta, i)[1]! + 0.5];
        return -(u * u + u * v + v * v);
      }),
  );
  const mean = (f: (a: number, b: number) => number) =>
    weights.reduce((sum, w, i) => sum + w * f(nodes.data[2 * i]!, nodes.data[2 * i + 1]!), 0);
  assertAlmostEquals(mean((a) => a), 1, 1e-9);
  assertAlmostEquals(mean((a, b) => (a - 1) * (b + 0.5)), -1 / 3, 1e-6);
  assertAlmostEquals(logDensity(fromRows([[1, -0.5]]))[0]!, Math.log(Math.sqrt(3) / (2 * Math.PI)), 1e-6);
});

Deno.test("gridPosterior() draws from an uneven density over an uneven prior", () => {
  const n = 20_000;
  const triangle = independent({ a: uniform(0, 1) });
  const draws = gridPosterior(triangle, (theta) => theta.data.map(Math.log)).sample(key(1), n).data;
  // Density 2θ: mean 2/3, variance 1/18; its distribution function is θ².
  const mean = draws.reduce((a, b) => a + b) / n;
  assertAlmostEquals(mean, 2 / 3, 4 * Math.sqrt(1 / 18 / n));
  const below = draws.filter((value) => value < 0.5).length / n;
  assertAlmostEquals(below, 0.25, 4 * Math.sqrt(0.25 * 0.75 / n));
});

Deno.test("gridPosterior() is −∞ outside the support, and NaN of the fit is probability 0", () => {
  const { logDensity, sample } = gridPosterior(
    independent({ a: uniform(-1, 1) }),
    (theta) => theta.data.map(Math.sqrt),
  );
  const logs = logDensity(points(new Float64Array([0.5, -0.5, 2]), 1));
  assert(Number.isFinite(logs[0]!) && logs[1] === -Infinity && logs[2] === -Infinity);
  assert(sample(key(2), 200).data.every((value) => value >= 0));
});

Deno.test("gridPosterior() refuses what it cannot cover", () => {
  const zero = () => new Float64Array(10);
  assertThrows(() => gridPosterior(independent({ a: normal(0, 1) }), zero), RangeError, "bounded");
  assertThrows(() => gridPosterior(prior, zero, { cells: 4000 }), RangeError, "number of all cells");
  const never = () => new Float64Array(100).fill(-Infinity);
  assertThrows(() => gridPosterior(prior, never, { cells: 10 }), RangeError, "everywhere");
});
