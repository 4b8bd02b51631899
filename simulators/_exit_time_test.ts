import { assertAlmostEquals } from "@std/assert";
import { key, stream } from "@likely/core";
import { drawExitTime } from "./_exit_time.ts";

Deno.test("drawExitTime() has the Laplace transform cosh(z) / cosh(√(z² + 2 s))", () => {
  const n = 40_000;
  for (const drift of [0, 0.3, 1.2, 1.7, 4, 30]) {
    const random = stream(key(1));
    const times = Array.from({ length: n }, () => drawExitTime(random, drift));
    for (const s of [0.5, 5]) {
      const transform = (at: number) => Math.cosh(drift) / Math.cosh(Math.sqrt(drift ** 2 + 2 * at));
      const mean = times.reduce((sum, t) => sum + Math.exp(-s * t), 0) / n;
      const variance = transform(2 * s) - transform(s) ** 2;
      assertAlmostEquals(mean, transform(s), 4 * Math.sqrt(variance / n), `drift ${drift}, s ${s}`);
    }
  }
});

Deno.test("drawExitTime() has mean 1 and variance 2/3 without drift", () => {
  const n = 100_000;
  const random = stream(key(2));
  const times = Array.from({ length: n }, () => drawExitTime(random, 0));
  const mean = times.reduce((a, b) => a + b) / n;
  assertAlmostEquals(mean, 1, 4 * Math.sqrt(2 / 3 / n));
  const spread = times.reduce((sum, t) => sum + (t - 1) ** 2, 0) / n;
  // E (T − 1)⁴ = κ₄ + 3 κ₂², with cumulants from −log cosh √(2 s): κ₂ = 2/3, κ₄ = 272/105.
  assertAlmostEquals(spread, 2 / 3, 4 * Math.sqrt((272 / 105 + 2 * (2 / 3) ** 2) / n));
});
