import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, normalCdf, normalQuantile, points } from "@likely/core";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { gAndKInverse, gAndKQuantile, gAndKSlope } from "./_g_and_k_quantile.ts";
import { gAndK } from "./g_and_k.ts";

const CORNERS = [[1, 0.5, 0.1, 1.65], [2, 2.9, 2.9, 2.9], [0.3, 1, 3, 1.7], [1.5, 0.01, 0, 1]];

Deno.test("gAndKSlope() is the slope of a quantile function that rises, and gAndKInverse() undoes it", () => {
  for (const g of [0, 0.3, 1, 3]) {
    for (const k of [0, 0.5, 1.1]) {
      for (let z = -8; z <= 8; z += 0.37) {
        const slope = gAndKSlope(z, g, k);
        const difference = gAndKQuantile(z + 1e-5, g, k) - gAndKQuantile(z - 1e-5, g, k);
        assert(slope > 0);
        assertAlmostEquals(difference / 2e-5 / slope, 1, 1e-7);
        assertAlmostEquals(gAndKInverse(gAndKQuantile(z, g, k), g, k), z, 1e-12);
      }
    }
  }
});

// Half of the mass of a heavy tail lies far out: substitute x = sinh(t).
function integralOfDensity(theta: number[]): number {
  const { simulator } = gAndK();
  const [h, n] = [0.005, 6001];
  const t = Float64Array.from({ length: n }, (_, i) => (i - (n - 1) / 2) * h);
  const x = points(t.map((value) => theta[0]! + theta[1]! * Math.sinh(value)), 1);
  const log = simulator.logLikelihood!(repeated(theta, n), x);
  return log.reduce((sum, value, i) => sum + Math.exp(value) * theta[1]! * Math.cosh(t[i]!) * h, 0);
}

Deno.test("gAndK() has a density that integrates to one", () => {
  for (const theta of CORNERS) assertAlmostEquals(integralOfDensity(theta), 1, 1e-5);
});

Deno.test("gAndK() draws from its density: cells of a histogram, to four standard errors", () => {
  const n = 40_000;
  for (const theta of CORNERS.slice(0, 3)) {
    const [, high] = columns(gAndK(), repeated(theta, n), 0);
    for (const [from, to] of [[-1, -0.2], [-0.2, 0.1], [0.1, 0.6], [0.6, 4]]) {
      const [left, right] = [from!, to!].map((v) => theta[0]! + theta[1]! * v);
      const width = (right! - left!) / 2000;
      const middles = points(Float64Array.from({ length: 2000 }, (_, i) => left! + (i + 0.5) * width), 1);
      const log = gAndK().simulator.logLikelihood!(repeated(theta, 2000), middles);
      const mass = log.reduce((sum, value) => sum + Math.exp(value) * width, 0);
      const share = high!.filter((v) => v >= left! && v < right!).length / n;
      assertAlmostEquals(share, mass, 4 * Math.sqrt(mass * (1 - mass) / n) + 1e-6);
    }
  }
  // Without skewness and tails x is normal.
  const [log] = gAndK().simulator.logLikelihood!(fromRows([[1, 2, 0, 1]]), fromRows([[4]]));
  assertAlmostEquals(log!, -1.125 - Math.log(2) - Math.log(2 * Math.PI) / 2, 1e-12);
});

Deno.test("gAndK() has levels with the quantile of one and the same uniform", () => {
  const theta = repeated([0, 1, 0, 1], 2000);
  for (const [low, factor] of [["taylor", Math.sqrt(Math.PI) / 2], ["code", Math.PI / 2]] as const) {
    const [coarse, fine] = columns(gAndK({ low }), theta, 0);
    fine!.forEach((z, i) => {
      const w = 2 * normalCdf(z) - 1;
      assertAlmostEquals(coarse![i]!, Math.SQRT2 * factor * (w + Math.PI / 12 * w ** 3), 1e-12);
    });
  }
  const [, fine] = columns(gAndK(), repeated([0, 1, 0, 1], 20_000), 0);
  const { mean, variance, meanError, varianceError } = momentsOf(fine!);
  assertAlmostEquals(mean, 0, 4 * meanError);
  assertAlmostEquals(variance, 1, 4 * varianceError);
  assertPairs(gAndK({ draws: 3 }), 20);
});

Deno.test("gAndK() is finite over either prior, and matched draws differ less than others", () => {
  for (const options of [{}, { prior: "paper" }, { low: "code" }, { draws: 3 }] as const) {
    assertEquals(failures(gAndK(options), 1000), [0, 0]);
  }
  assertEquals(failures(gAndK({ summaries: true }), 100), [0, 0]);
  // Beyond k the tails are too heavy for a variance to be estimated: without them, of the statistics.
  const [summaries] = couplings(gAndK({ summaries: true }), 200);
  assert(summaries!.matched < summaries!.unmatched);
  const theta = repeated([1, 1, 1, 1.7], 4000);
  const [low, high] = columns(gAndK(), theta, 0);
  const [other] = columns(gAndK(), theta, 0, key(15));
  const spread = (a: Float64Array, b: Float64Array) =>
    momentsOf(a.map((v, i) => Math.max(-5, Math.min(5, v - b[i]!)))).variance;
  assert(spread(high!, low!) < 0.8 * spread(high!, other!));
});

Deno.test("gAndK() summarises a thousand draws by octiles", () => {
  const n = 300;
  const theta = repeated([1, 2, 1, 2], n);
  const octile = (k: number) => 1 + 2 * gAndKQuantile(normalQuantile(k / 8), 1, Math.log(2));
  const scale = octile(6) - octile(2);
  const expected = [
    octile(4),
    scale,
    (octile(6) + octile(2) - 2 * octile(4)) / scale,
    (octile(7) - octile(5) + octile(3) - octile(1)) / scale,
  ];
  expected.forEach((value, j) => {
    const [, high] = columns(gAndK({ summaries: true }), theta, j);
    // Ratios of quantiles are off by O(1 / m) at m = 1,000 draws.
    assertAlmostEquals(momentsOf(high!).mean, value, 4 * momentsOf(high!).meanError + 5e-3 * value);
  });
  assertEquals(gAndK({ summaries: true }).simulator.logLikelihood, undefined);
});

Deno.test("gAndK() refuses what it does not know, and has no density where x does not rise with z", () => {
  assertThrows(
    () => gAndK({ draws: 0 }),
    RangeError,
    "Cannot build a g-and-k task as draws must be a whole number >= 1: current value is 0",
  );
  assertThrows(() => gAndK({ draws: 7, summaries: true }), RangeError, "a whole number >= 8");
  assertThrows(
    () => gAndK({ prior: "other" as "code" }),
    RangeError,
    "one of paper, code: current value is other",
  );
  assertThrows(() => gAndK({ low: "exact" as "code" }), RangeError, "one of taylor, code");
  const { simulator } = gAndK();
  assertEquals(
    [...simulator.logLikelihood!(fromRows([[1, 1, 1, 0.9], [1, 0, 1, 2]]), fromRows([[1], [1]]))],
    [
      NaN,
      NaN,
    ],
  );
});
