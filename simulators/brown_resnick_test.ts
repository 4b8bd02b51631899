import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, normalCdf, points, row } from "@likely/core";
import { differences, repeat } from "./_dense_field_test.ts";
import { brownResnick } from "./brown_resnick.ts";
import { brownResnickPairwise } from "./brown_resnick_pairwise.ts";

const THETA = [Math.log(1.4), Math.log(1.2)];
const GRID = { rows: 3, columns: 4, spacing: 1 };

// Half the variance of the increment between two sites.
function gamma(s: number, t: number, columns = 4): number {
  const h = Math.hypot(Math.floor(s / columns) - Math.floor(t / columns), s % columns - t % columns);
  return (h / Math.exp(THETA[0]!)) ** Math.exp(THETA[1]!);
}

for (const grid of [GRID, { ...GRID, columns: 3 }]) {
  const shape = `${grid.rows} by ${grid.columns}`;
  Deno.test(`brownResnick() has Fréchet margins and every pair's extremal coefficient, ${shape}`, () => {
    const n = 3000;
    const x = brownResnick(grid).simulator.simulate(key(2), repeat(THETA, n));
    for (let s = 0; s < x.dim; s++) {
      for (let t = 0; t <= s; t++) {
        // min(1/Z(s), 1/Z(t)) is exponential with rate V(1, 1) = 2 Φ(√(γ/2)), which is 1 at one site.
        const rate = 2 * normalCdf(Math.sqrt(gamma(s, t, grid.columns) / 2));
        let mean = 0;
        for (let i = 0; i < n; i++) mean += Math.min(1 / row(x, i)[s]!, 1 / row(x, i)[t]!) / n;
        // Up to 78 statistics: 4.5 standard errors.
        assertAlmostEquals(mean * rate, 1, 4.5 / Math.sqrt(n), `sites ${s} and ${t}`);
      }
    }
  });
}

Deno.test("brownResnick() has rows that depend on key and index alone, and no score", () => {
  const { prior, simulator } = brownResnick(GRID);
  const theta = prior.sample(key(0), 3);
  const x = simulator.simulate(key(1), theta);
  assertEquals(simulator.simulate(key(1), points(row(theta, 1), 2), 1).data, row(x, 1));
  assertEquals([simulator.score, simulator.simulateScored, simulator.logLikelihood], [
    undefined,
    undefined,
    undefined,
  ]);
  assertThrows(() => brownResnick({ smoothness: { low: 1, high: 2 } }), RangeError, "smoothness must be < 2");
});

Deno.test("brownResnickPairwise() has the mixed derivative of the distribution of a pair", () => {
  const { logLikelihood } = brownResnickPairwise({ rows: 1, columns: 2, spacing: 1 });
  const a = Math.sqrt(2 * gamma(0, 1));
  const distribution = (z1: number, z2: number) => {
    const w = Math.log(z2 / z1);
    return Math.exp(-normalCdf(a / 2 + w / a) / z1 - normalCdf(a / 2 - w / a) / z2);
  };
  for (const [z1, z2] of [[1, 1.3], [0.4, 2], [5, 0.7]] as const) {
    const h = 1e-3;
    const mixed = (distribution(z1 + h, z2 + h) - distribution(z1 + h, z2 - h) -
      distribution(z1 - h, z2 + h) + distribution(z1 - h, z2 - h)) / (4 * h * h);
    const value = logLikelihood(fromRows([THETA]), fromRows([[z1, z2]]))[0]!;
    assertAlmostEquals(Math.exp(value), mixed, 2e-5);
  }
});

Deno.test("brownResnickPairwise() has the gradient of its value, of mean 0 at the truth", () => {
  const pairwise = brownResnickPairwise({ ...GRID, cutoff: 2.1 });
  const theta = repeat(THETA, 2000);
  const x = brownResnick(GRID).simulator.simulate(key(3), theta);
  const gradient = pairwise.gradient(theta, x);
  const few = { theta: repeat([0.1, -0.4], 3), x: points(x.data.subarray(0, 3 * x.dim), x.dim) };
  const expected = differences(pairwise.logLikelihood, few.theta, few.x);
  pairwise.gradient(few.theta, few.x).data.forEach((value, k) =>
    assertAlmostEquals(value, expected[k]!, 1e-6 * Math.abs(value) + 1e-8)
  );
  for (let j = 0; j < 2; j++) {
    const values = Array.from({ length: theta.n }, (_, i) => row(gradient, i)[j]!);
    const mean = values.reduce((a, b) => a + b) / theta.n;
    const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / theta.n;
    assert(Math.abs(mean) < 4 * error, `${mean} ± ${error}`);
  }
});

Deno.test("brownResnickPairwise() counts the pairs within its cutoff", () => {
  // Data so extreme that every pair has the same part: the sum tells how many there are.
  const ones = (n: number) => fromRows([new Float64Array(n).fill(1)]);
  const theta = fromRows([[-30, 0]]);
  const one = brownResnickPairwise({ rows: 1, columns: 2, spacing: 1 }).logLikelihood(theta, ones(2))[0]!;
  for (const [cutoff, pairs] of [[1, 1200], [2, 5710]] as const) {
    const { logLikelihood } = brownResnickPairwise({ cutoff });
    assertAlmostEquals(logLikelihood(theta, ones(625))[0]! / one, pairs, 1e-6);
  }
});
