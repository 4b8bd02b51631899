import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { key, row, split } from "@likely/core";
import golden from "../tests/golden/benchmark.json" with { type: "json" };
import { slcpNoise } from "./_slcp_noise.ts";
import { slcp } from "./slcp.ts";
import { slcpDistractors, slcpInformative } from "./slcp_distractors.ts";

const [forTheta, forX] = split(key(7), 2);
const { prior, simulator } = slcpDistractors();

Deno.test("slcpDistractors() has the constants that NumPy draws from seed 42", () => {
  const { means, factors, order } = slcpNoise();
  const { slcpNoise: numpy } = golden;
  for (const [c, j, value] of numpy.means) assertAlmostEquals(means[c!]![j!]!, value!, 1e-13);
  for (const [c, i, value] of numpy.factors) assertAlmostEquals(factors[c!]![i!]!, value!, 1e-13);
  assertEquals([...order], numpy.order);
});

Deno.test("slcpDistractors() hides slcp's own numbers, with its likelihood and score", () => {
  const theta = prior.sample(forTheta, 20);
  const x = simulator.simulate(forX, theta);
  const plain = slcp().simulator;
  const seen = plain.simulate(forX, theta);
  for (let i = 0; i < x.n; i++) assertEquals(slcpInformative(row(x, i)), row(seen, i).slice());
  assertEquals(simulator.logLikelihood!(theta, x), plain.logLikelihood!(theta, seen));
  assertEquals(simulator.score!(theta, x).data, plain.score!(theta, seen).data);
});

Deno.test("slcpDistractors() has noise whose columns are mixtures of t distributions", () => {
  const n = 10_000;
  const x = simulator.simulate(forX, prior.sample(forTheta, n));
  const { order, means, factors } = slcpNoise();
  for (const j of [0, 1, 40, 98]) {
    const from = order[j]! - 8;
    const scales = factors.map((factor) => Math.hypot(...row({ data: factor, n: 92, dim: 92 }, from)));
    const cdf = (value: number) =>
      scales.reduce((sum, scale, c) => {
        const t = (value - means[c]![from]!) / scale;
        return sum + (0.5 + t / (2 * Math.sqrt(2 + t * t))) / scales.length;
      }, 0);
    const sorted = Float64Array.from({ length: n }, (_, i) => row(x, i)[j]!).sort();
    const gap = sorted.reduce((most, value, i) => Math.max(most, Math.abs(cdf(value) - (i + 0.5) / n)), 0);
    // Kolmogorov's limit: beyond 2 with probability 7e-4.
    assert(Math.sqrt(n) * gap < 2, `column ${j}: ${Math.sqrt(n) * gap}`);
  }
});

Deno.test("slcpInformative() refuses an x of another width", () => {
  assertThrows(() => slcpInformative(new Float64Array(8)), TypeError, "x must have length 100");
});
