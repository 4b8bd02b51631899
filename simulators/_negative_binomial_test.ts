import { assertAlmostEquals, assertEquals } from "@std/assert";
import { logNegativeBinomial, scoreInverseDispersion, scoreLogMean } from "./_negative_binomial.ts";

const MODELS = [[3, 0.5], [0.01, 2], [200, 0.1], [40, 1e-6]].map(([mean, a]) => ({
  mean: mean!,
  logMean: Math.log(mean!),
  inverseDispersion: a!,
}));

Deno.test("logNegativeBinomial() sums to 1 with mean μ and variance μ + a μ²", () => {
  for (const { mean, inverseDispersion: a, ...model } of MODELS) {
    const p = Array.from(
      { length: 3000 },
      (_, y) => Math.exp(logNegativeBinomial(y, { ...model, inverseDispersion: a })),
    );
    const moment = (f: (y: number) => number) => p.reduce((sum, value, y) => sum + value * f(y), 0);
    assertAlmostEquals(moment(() => 1), 1, 1e-9);
    assertAlmostEquals(moment((y) => y) / mean, 1, 1e-9);
    assertAlmostEquals(moment((y) => (y - mean) ** 2) / (mean + a * mean ** 2), 1, 1e-9);
  }
});

Deno.test("logNegativeBinomial() tends to Poisson, with the slope that theory gives", () => {
  for (const a of [1e-7, 1e-12]) {
    const model = { logMean: Math.log(4), inverseDispersion: a };
    const poisson = 6 * Math.log(4) - 4 - Math.log(720);
    assertAlmostEquals(logNegativeBinomial(6, model), poisson, 1e-6);
    // ∂/∂a at a = 0 is ((y − μ)² − y) / 2.
    assertAlmostEquals(scoreInverseDispersion(6, model), ((6 - 4) ** 2 - 6) / 2, 1e-5);
  }
});

Deno.test("the scores are continuous where the series takes over", () => {
  const below = scoreInverseDispersion(9, { logMean: 0, inverseDispersion: 1e-3 * (1 - 1e-9) });
  const above = scoreInverseDispersion(9, { logMean: 0, inverseDispersion: 1e-3 * (1 + 1e-9) });
  assertAlmostEquals(below, above, 1e-6);
});

Deno.test("a mean below the smallest float64 is told from 0", () => {
  const model = { logMean: -1000, inverseDispersion: 0.1 };
  assertEquals(logNegativeBinomial(0, model), -0);
  assertAlmostEquals(logNegativeBinomial(1, model), -1000, 1e-9);
  assertEquals(scoreLogMean(1, model), 1);
});

Deno.test("a negative count is impossible", () => {
  assertEquals(logNegativeBinomial(-1, { logMean: 0, inverseDispersion: 0.1 }), -Infinity);
});
