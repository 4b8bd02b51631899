import { assertAlmostEquals, assertThrows } from "@std/assert";
import { key, row, split } from "@likely/core";
import { assertFisher, type Covariance, denseGaussian, differences, scoresAt } from "./_dense_field_test.ts";
import { separableField } from "./separable_field.ts";

const [forTheta, forX] = split(key(5), 2);

function covarianceOn(columns: number, spacing: number): Covariance {
  return ([logVariance, logRange], s, t) => {
    const down = Math.abs(Math.floor(s / columns) - Math.floor(t / columns));
    const across = Math.abs(s % columns - t % columns);
    return Math.exp(logVariance! - spacing * (down + across) / Math.exp(logRange!));
  };
}

Deno.test("separableField() has the likelihood and score of the dense Gaussian", () => {
  const { prior, simulator } = separableField({ rows: 4, columns: 3, spacing: 0.7 });
  const theta = prior.sample(forTheta, 3);
  const x = simulator.simulate(forX, theta);
  const [logs, scores] = [simulator.logLikelihood!(theta, x), simulator.score!(theta, x)];
  for (let i = 0; i < theta.n; i++) {
    const dense = denseGaussian(covarianceOn(3, 0.7), [...row(theta, i)], 12);
    assertAlmostEquals(logs[i]!, dense.logLikelihood(row(x, i)), 1e-11);
    dense.score(row(x, i)).forEach((value, j) => assertAlmostEquals(row(scores, i)[j]!, value, 1e-8));
  }
});

Deno.test("separableField() has the score of its log-likelihood, by differences", () => {
  const { prior, simulator } = separableField();
  const theta = prior.sample(forTheta, 3);
  const x = simulator.simulate(forX, theta);
  const expected = differences(simulator.logLikelihood!, theta, x);
  simulator.score!(theta, x).data.forEach((value, k) =>
    assertAlmostEquals(value, expected[k]!, 1e-6 * Math.abs(value) + 1e-8)
  );
});

Deno.test("separableField() has scores of mean 0 whose covariance is the Fisher information", () => {
  const theta = [Math.log(1.3), Math.log(2)];
  const { fisher } = denseGaussian(covarianceOn(6, 1), theta, 36);
  assertFisher(scoresAt(separableField().simulator, theta, 20_000), fisher);
});

Deno.test("separableField() refuses impossible grids and intervals", () => {
  assertThrows(() => separableField({ rows: 0 }), RangeError, "rows");
  assertThrows(() => separableField({ spacing: 0 }), RangeError, "spacing");
  assertThrows(() => separableField({ range: { low: 0, high: 1 } }), RangeError, "range");
});
