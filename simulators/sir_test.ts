import { assert, assertAlmostEquals } from "@std/assert";
import { fromRows, key, row } from "@likely/core";
import golden from "../tests/golden/benchmark.json" with { type: "json" };
import { sir } from "./sir.ts";

const { simulator } = sir();
const NEVER = new Array(10).fill(0);

Deno.test("sir() has the log-likelihood that scipy gives", () => {
  for (const { theta, x, logLikelihood } of golden.sir) {
    const [value] = simulator.logLikelihood!(fromRows([theta]), fromRows([x]));
    assertAlmostEquals(value!, logLikelihood, 5e-4);
  }
});

Deno.test("sir() has a likelihood of total 1 over all counts", () => {
  for (const { theta } of golden.sir) {
    // Days are independent: the sum over all x is a product of ten sums.
    const trials = [NEVER];
    for (let t = 0; t < 10; t++) {
      for (let count = 0; count <= 1000; count++) trials.push(NEVER.with(t, count));
    }
    const [never, ...logs] = simulator.logLikelihood!(fromRows(trials.map(() => theta)), fromRows(trials));
    let total = never!;
    for (let t = 0; t < 10; t++) {
      total += Math.log(
        logs.slice(t * 1001, (t + 1) * 1001).reduce((sum, v) => sum + Math.exp(v - never!), 0),
      );
    }
    assertAlmostEquals(total, 0, 1e-8);
  }
});

Deno.test("sir() simulates counts with the mean and variance of scipy's epidemic", () => {
  const n = 5000;
  const { theta, logInfected } = golden.sir[0]!;
  const x = simulator.simulate(key(1), fromRows(Array.from({ length: n }, () => theta)));
  logInfected.forEach((value, t) => {
    const share = Math.exp(value) / 1e6;
    const variance = 1000 * share * (1 - share);
    const counts = Array.from({ length: n }, (_, i) => row(x, i)[t]!);
    const mean = counts.reduce((a, b) => a + b) / n;
    const spread = counts.reduce((a, b) => a + (b - 1000 * share) ** 2, 0) / n;
    assertAlmostEquals(mean, 1000 * share, 4 * Math.sqrt(variance / n));
    // The fourth central moment of a binomial.
    const fourth = variance * (1 + (3 - 6 / 1000) * variance);
    assertAlmostEquals(spread, variance, 4 * Math.sqrt((fourth - variance ** 2) / n));
  });
});

Deno.test("sir() gives NaN, −∞ and 0 where the epidemic overflows, and never throws", () => {
  const theta = fromRows([[1e9, 0.5], [NaN, 0.5], [1, -1e6]]);
  const x = fromRows(Array.from({ length: 3 }, () => golden.sir[0]!.x));
  assert(simulator.simulate(key(2), theta).data.some(Number.isNaN));
  assert(simulator.logLikelihood!(theta, x).every((value) => value === -Infinity));
  assert(simulator.score!(theta, x).data.every((value) => value === 0));
  const impossible = fromRows([NEVER.with(3, -1), NEVER.with(3, 1001)]);
  const logs = simulator.logLikelihood!(fromRows([[0.4, 0.1], [0.4, 0.1]]), impossible);
  assert(logs.every((value) => value === -Infinity));
});
