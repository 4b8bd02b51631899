import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawNormal, fromRows, key, type LogDensity, type Points, row, stream } from "@likely/core";
import { compareSurfaces } from "./compare_surfaces.ts";
import { likelihoodRatioLimit, likelihoodRegion, regionCoverage } from "./likelihood_region.ts";
import { likelihoodSurface, likelihoodSurfaces } from "./likelihood_surface.ts";
import { maximumLikelihood } from "./maximum_likelihood.ts";
import { surfacePosterior } from "./surface_posterior.ts";

// One draw of N(θ, Σ): the likelihood is a hill with the same Σ.
const SIGMA = [0.5, 0.6, 1.2] as const;
const DET = SIGMA[0] * SIGMA[2] - SIGMA[1] ** 2;
const AXES = [{ name: "a", low: -4, high: 5, cells: 120 }, { name: "b", low: -6, high: 6, cells: 150 }];

function hill(top: ArrayLike<number>, height = 0, stretch = 1): (theta: Points) => Float64Array {
  return (theta) =>
    Float64Array.from({ length: theta.n }, (_, i) => {
      const [u, v] = [row(theta, i)[0]! - top[0]!, row(theta, i)[1]! - top[1]!];
      return height - (SIGMA[2] * u * u - 2 * SIGMA[1] * u * v + SIGMA[0] * v * v) / (2 * DET * stretch);
    });
}

Deno.test("likelihoodSurface() asks a density for one observation, without gradients", () => {
  const asked: unknown[] = [];
  const density: LogDensity = {
    name: "spy",
    dim: 1,
    evaluate: (theta, options) => {
      asked.push(options!.gradient, options!.chains![theta.n - 1]);
      return { value: new Float64Array([NaN, 1]) };
    },
  };
  const axes = [{ name: "a", low: 0, high: 1, cells: 2 }];
  const surface = likelihoodSurface(axes, density, { observation: 3 });
  assertEquals([...surface.values], [-Infinity, 1]);
  assertEquals(asked, [false, 3]);
  assertThrows(() => likelihoodSurface([...axes, ...axes], density), TypeError, "length 2");
  assertThrows(
    () => likelihoodSurface([{ ...axes[0]!, high: 0 }], density),
    RangeError,
    "low must be < high",
  );
  assertThrows(() => likelihoodSurface([], density), RangeError, "number of axes");
});

Deno.test("likelihoodSurfaces() are the surfaces of each observation", () => {
  const x = fromRows([[0.3, 1], [-1, 2]]);
  const logLikelihood = (theta: Points, x: Points) =>
    Float64Array.from({ length: theta.n }, (_, i) => hill(row(x, i))(fromRows([row(theta, i)]))[0]!);
  const axes = AXES.map((axis) => ({ ...axis, cells: 5 }));
  likelihoodSurfaces(axes, logLikelihood, x).forEach((surface, i) =>
    assertEquals(surface, likelihoodSurface(axes, hill(row(x, i))))
  );
});

Deno.test("maximumLikelihood() finds the top of a hill between the cells", () => {
  const axes = AXES.map((axis) => ({ ...axis, cells: 21 }));
  const logDensity = hill([0.617, 1.234], 3);
  const surface = likelihoodSurface(axes, logDensity);
  const { theta, value, isOnEdge } = maximumLikelihood(surface, logDensity);
  assertAlmostEquals(theta[0]!, 0.617, 1e-9);
  assertAlmostEquals(theta[1]!, 1.234, 1e-9);
  assertAlmostEquals(value, 3, 1e-12);
  assert(!isOnEdge);
  const coarse = maximumLikelihood(surface);
  assert(coarse.value < 3 && coarse.value === Math.max(...surface.values));
});

Deno.test("maximumLikelihood() climbs hills that are not quadratic, and stays on the grid", () => {
  // Exponential waiting times: n log r − r S, at its top where r = n / S.
  const waiting = (theta: Points) => theta.data.map((logRate) => 7 * logRate - 3.1 * Math.exp(logRate));
  const axes = [{ name: "log rate", low: -2, high: 3, cells: 11 }];
  const found = maximumLikelihood(likelihoodSurface(axes, waiting), waiting);
  assertAlmostEquals(found.theta[0]!, Math.log(7 / 3.1), 1e-3 * 5 / 11);
  const banana = (theta: Points) =>
    Float64Array.from({ length: theta.n }, (_, i) => {
      const [a, b] = row(theta, i);
      return -10 * (b! - a! * a!) ** 2 - (1 - a!) ** 2;
    });
  const wide = ["a", "b"].map((name) => ({ name, low: -2, high: 3, cells: 23 }));
  const top = maximumLikelihood(likelihoodSurface(wide, banana), banana);
  assertAlmostEquals(top.theta[0]!, 1, 0.03 * 5 / 23);
  assertAlmostEquals(top.value, 0, 1e-4);
  const rising = (theta: Points) => theta.data.slice();
  const corner = maximumLikelihood(likelihoodSurface(axes, rising), rising);
  assert(corner.isOnEdge && corner.theta[0]! <= 3 && corner.theta[0]! > 3 - 5 / 11 / 16);
});

Deno.test("likelihoodRatioLimit() is the quantile of the chi-square distribution", () => {
  // scipy.stats.chi2.ppf.
  const quantiles = [[1, 0.95, 3.841458820694124], [3, 0.95, 7.814727903251179], [5, 0.5, 4.351460191095527]];
  for (const [degrees, confidence, expected] of quantiles) {
    assertAlmostEquals(likelihoodRatioLimit(degrees!, confidence!), expected!, 1e-10);
  }
});

Deno.test("likelihoodRegion() of a Gaussian is its ellipse, and covers as promised", () => {
  const limit = -2 * Math.log(0.1);
  const region = likelihoodRegion(likelihoodSurface(AXES, hill([0.4, 0.1])), { confidence: 0.9, maximum: 0 });
  assertAlmostEquals(region.area / (Math.PI * limit * Math.sqrt(DET)), 1, 0.01);
  assertAlmostEquals(region.threshold, -limit / 2, 1e-10);
  assertEquals([region.holds(-limit / 2 + 1e-6), region.holds(-limit / 2 - 1e-6)], [true, false]);

  const random = stream(key(4));
  const atTruth = Float64Array.from({ length: 4000 }, () => {
    const [u, w] = [drawNormal(random), drawNormal(random)];
    const a = Math.sqrt(SIGMA[0]) * u;
    const b = SIGMA[1] / Math.sqrt(SIGMA[0]) * u + Math.sqrt(DET / SIGMA[0]) * w;
    return hill([a, b])(fromRows([[0, 0]]))[0]!;
  });
  const coverage = regionCoverage(atTruth, new Float64Array(4000), { degrees: 2, confidence: 0.9 });
  assertAlmostEquals(coverage.rate, 0.9, 4 * Math.sqrt(0.09 / 4000));
  assert(coverage.expected.low < 0.9 && coverage.expected.high > 0.9);
  assertEquals(coverage.held, Math.round(coverage.rate * 4000));
});

Deno.test("surfacePosterior() has the moments of likelihood times prior", () => {
  const surface = likelihoodSurface(AXES, hill([0.5, 0.2], 100));
  const { probabilities, mean, covariance } = surfacePosterior(surface);
  assertAlmostEquals(probabilities.reduce((a, b) => a + b), 1, 1e-12);
  [0.5, 0.2].forEach((value, i) => assertAlmostEquals(mean[i]!, value, 1e-4));
  [SIGMA[0], SIGMA[1], SIGMA[1], SIGMA[2]].forEach((v, k) => assertAlmostEquals(covariance[k]!, v, 1e-3));
  // The likelihood as its own prior: half the covariance.
  const twice = surfacePosterior(surface, { logPrior: hill([0.5, 0.2]) });
  assertAlmostEquals(twice.covariance[0]!, SIGMA[0] / 2, 1e-4);
  const nothing = { ...surface, values: surface.values.map(() => -Infinity) };
  assertThrows(() => surfacePosterior(nothing), RangeError, "highest value must be finite");
});

Deno.test("compareSurfaces() has the divergence and errors of two Gaussians", () => {
  const exact = likelihoodSurface(AXES, hill([0.3, 0.1]));
  assertEquals(
    compareSurfaces(exact, { ...exact, values: exact.values.map((v) => v + 5) }).divergence < 1e-12,
    true,
  );
  // Twice the covariance: KL = ½ (tr(½ I) − 2 + log 4); d = ¼ χ²₂ and its standard deviation ½.
  const wide = likelihoodSurface(AXES, hill([0.3, 0.1], 7, 2));
  const { divergence, weightedError, plainError } = compareSurfaces(exact, wide);
  assertAlmostEquals(divergence, (1 - 2 + Math.log(4)) / 2, 3e-3); // the wide one is cut by the grid
  assertAlmostEquals(weightedError, 0.5, 1e-3);
  // Uniform on an ellipse with 2Δ ≤ 20, 2Δ is uniform on [0, 20] and d a quarter of it.
  assertAlmostEquals(plainError, 20 / 4 / Math.sqrt(12), 0.02);
});

Deno.test("compareSurfaces() is infinite where a surrogate excludes what is possible", () => {
  const exact = likelihoodSurface(AXES, hill([0, 0]));
  const blind = { ...exact, values: exact.values.map((value, k) => k % 2 ? value : -Infinity) };
  const comparison = compareSurfaces(exact, blind);
  assertEquals([comparison.divergence, comparison.weightedError], [Infinity, Infinity]);
  assertEquals(compareSurfaces(blind, exact).weightedError < 1e-9, true);
  const other = likelihoodSurface(AXES.toReversed(), hill([0, 0]));
  assertThrows(() => compareSurfaces(exact, other), TypeError, "one grid");
});
