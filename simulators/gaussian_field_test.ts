import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { key, points, row, split } from "@likely/core";
import { assertFisher, type Covariance, denseGaussian, differences, scoresAt } from "./_dense_field_test.ts";
import { gaussianField, type GaussianFieldOptions } from "./gaussian_field.ts";

const [forTheta, forX] = split(key(6), 2);
const NUGGET = { low: 0.05, high: 0.5 };

// Abramowitz & Stegun (1964), 10.2.17: Bessel functions of half-integer order.
const MATERN = {
  0.5: (c: number) => Math.exp(-c),
  1.5: (c: number) => (1 + c) * Math.exp(-c),
  2.5: (c: number) => (1 + c + c * c / 3) * Math.exp(-c),
};

function covarianceOf({ columns, spacing, smoothness }: Required<Options>): Covariance {
  return ([logVariance, logRange, logNugget], s, t) => {
    const [down, across] = [Math.floor(s / columns) - Math.floor(t / columns), s % columns - t % columns];
    const c = Math.sqrt(2 * smoothness) * spacing * Math.hypot(down, across) / Math.exp(logRange!);
    const noise = s === t && logNugget !== undefined ? Math.exp(logNugget) : 0;
    return Math.exp(logVariance!) * MATERN[smoothness](c) + noise;
  };
}

type Options = Pick<GaussianFieldOptions, "rows" | "columns" | "spacing" | "smoothness">;

const CASES: readonly (Required<Options> & Pick<GaussianFieldOptions, "nugget">)[] = [
  { rows: 5, columns: 4, spacing: 0.8, smoothness: 0.5 },
  { rows: 3, columns: 5, spacing: 0.8, smoothness: 1.5, nugget: NUGGET },
  { rows: 4, columns: 4, spacing: 1, smoothness: 2.5, nugget: NUGGET },
  { rows: 5, columns: 5, spacing: 1, smoothness: 0.5 },
  { rows: 1, columns: 7, spacing: 1, smoothness: 1.5 },
  { rows: 1, columns: 1, spacing: 1, smoothness: 0.5 },
];

Deno.test("gaussianField() has the likelihood and score of the dense Gaussian, whitened or not", () => {
  for (const options of CASES) {
    const { prior, simulator } = gaussianField(options);
    const theta = prior.sample(forTheta, 2);
    const { x, score } = simulator.simulateScored!(forX, theta);
    const logs = simulator.logLikelihood!(theta, x);
    const scores = simulator.score!(theta, x);
    for (let i = 0; i < theta.n; i++) {
      const dense = denseGaussian(covarianceOf(options), [...row(theta, i)], x.dim);
      assertAlmostEquals(logs[i]!, dense.logLikelihood(row(x, i)), 1e-9);
      dense.score(row(x, i)).forEach((value, j) => {
        assertAlmostEquals(row(scores, i)[j]!, value, 1e-7);
        assertAlmostEquals(row(score, i)[j]!, row(scores, i)[j]!, 1e-9);
      });
    }
  }
});

Deno.test("gaussianField() simulates the same rows with scores and without, in any order", () => {
  const { prior, simulator } = gaussianField({ rows: 5, columns: 5 });
  const theta = prior.sample(forTheta, 4);
  const x = simulator.simulate(forX, theta);
  assertEquals(simulator.simulateScored!(forX, theta).x, x);
  const third = simulator.simulate(forX, points(row(theta, 2), 2), 2);
  assertEquals(third.data, row(x, 2));
});

Deno.test("gaussianField() has the score of its log-likelihood, by differences", () => {
  for (const options of CASES.slice(0, 3)) {
    const { prior, simulator } = gaussianField(options);
    const theta = prior.sample(forTheta, 3);
    const x = simulator.simulate(forX, theta);
    const expected = differences(simulator.logLikelihood!, theta, x);
    simulator.score!(theta, x).data.forEach((value, k) =>
      assertAlmostEquals(value, expected[k]!, 1e-6 * Math.abs(value) + 1e-8)
    );
  }
});

Deno.test("gaussianField() has scores of mean 0 whose covariance is the Fisher information", () => {
  for (const smoothness of [0.5, 1.5, 2.5] as const) {
    const options = { rows: 6, columns: 6, spacing: 0.5, smoothness };
    const theta = [Math.log(1.3), Math.log(0.9), Math.log(0.1)];
    const { fisher } = denseGaussian(covarianceOf(options), theta, 36);
    assertFisher(scoresAt(gaussianField({ ...options, nugget: NUGGET }).simulator, theta, 10_000), fisher);
  }
});

Deno.test("gaussianField() has the Fisher information of 25 by 25 sites at (1, 1)", () => {
  // ½ tr K⁻¹ ∂K K⁻¹ ∂K of the dense matrices, by NumPy.
  const fisher = [[312.5, -184.3], [-184.3, 184.8]];
  assertFisher(scoresAt(gaussianField().simulator, [0, 0], 1000), fisher);
});

Deno.test("gaussianField() stays finite where rounding makes its covariance singular", () => {
  const { simulator } = gaussianField({ rows: 8, columns: 8, smoothness: 2.5 });
  const theta = points(new Float64Array([0, 9]), 2);
  const { x, score } = simulator.simulateScored!(forX, theta);
  assertEquals([...x.data, ...score.data].every(Number.isFinite), true);
});

Deno.test("gaussianField() refuses other smoothness and impossible grids", () => {
  assertThrows(
    () => gaussianField({ smoothness: 1 as 0.5 }),
    RangeError,
    "smoothness must be 0.5, 1.5 or 2.5",
  );
  assertThrows(() => gaussianField({ columns: 1.5 }), RangeError, "columns");
  assertThrows(() => gaussianField({ nugget: { low: 0, high: 1 } }), RangeError, "nugget");
});
