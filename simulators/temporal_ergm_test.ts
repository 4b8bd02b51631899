import { assertAlmostEquals } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import { graphFromEdges } from "./graph.ts";
import { temporalErgm } from "./temporal_ergm.ts";

Deno.test("temporalErgm() has the likelihood of its features, by hand", () => {
  // 0 → 1 → 2 → 0 and 2 → 1: in row order the pairs are 01, 02, 10, 12, 20, 21.
  const initial = graphFromEdges(3, [[0, 1], [1, 2], [2, 0], [2, 1]], { directed: true });
  const { simulator } = temporalErgm({ initial, steps: 1 });
  const theta = [-0.4, 0.9, 0.6, 1.1];
  const features = [
    [1, 1, 0, 0],
    [1, -1, 1, 1],
    [1, -1, 1, 1],
    [1, 1, 1, 0],
    [1, 1, 0, 0],
    [1, 1, 1, 1],
  ];
  const x = [1, -1, 1, 1, -1, -1];
  const logP = features.map((u, p) => {
    const eta = u.reduce((sum, value, f) => sum + value * theta[f]!, 0);
    return Math.log(1 / (1 + Math.exp(-x[p]! * eta)));
  });
  const [value] = simulator.logLikelihood!(fromRows([theta]), fromRows([x]));
  assertAlmostEquals(value!, logP.reduce((a, b) => a + b), 1e-12);
});

Deno.test("temporalErgm() has scores whose covariance is the mean of Σ P (1 − P) u uᵀ, within 5 %", () => {
  // With one step the features are fixed, and the information is known without simulation.
  const { simulator } = temporalErgm({ steps: 1 });
  const n = 20_000;
  const theta = points(Float64Array.from({ length: 4 * n }, (_, i) => [-1, 0.8, 0.5, 0.6][i % 4]!), 4);
  const score = simulator.score!(theta, simulator.simulate(key(1), theta));
  const information = informationByDifferences(simulator.score!, simulator.xDim);
  for (let j = 0; j < 4; j++) {
    for (let k = 0; k <= j; k++) {
      let covariance = 0;
      for (let i = 0; i < n; i++) covariance += row(score, i)[j]! * row(score, i)[k]! / n;
      const scale = Math.sqrt(information(j, j) * information(k, k));
      assertAlmostEquals(covariance / scale, information(j, k) / scale, 0.05);
    }
  }
});

// Given the past the model is in the exponential family: the slope of its score is the same for all x.
function informationByDifferences(
  score: NonNullable<ReturnType<typeof temporalErgm>["simulator"]["score"]>,
  xDim: number,
): (j: number, k: number) => number {
  const x = fromRows([new Float64Array(xDim).fill(1)]);
  const at = (k: number, by: number) =>
    score(fromRows([[-1, 0.8, 0.5, 0.6].map((v, i) => i === k ? v + by : v)]), x);
  return (j, k) => (at(k, -1e-4).data[j]! - at(k, 1e-4).data[j]!) / 2e-4;
}
