import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawUniform, foldIn, key, stream } from "@likely/core";
import golden from "../tests/golden/calibration.json" with { type: "json" };
import { ecdfProcess } from "./_ecdf_process.ts";
import { chiSquareTail } from "./_gamma_tail.ts";
import { chiSquareTest, ecdfBand, ecdfTest, ksTest, rankHistogram } from "./uniformity.ts";

function uniformRanks(seed: number, n: number, cells: number) {
  const random = stream(foldIn(key(31), seed));
  return { values: Uint32Array.from({ length: n }, () => Math.floor(drawUniform(random, 0, cells))), cells };
}

Deno.test("chi-square tails agree with SciPy", () => {
  for (const [x, degrees, p] of golden.chiSquare as [number, number, number][]) {
    assertAlmostEquals(chiSquareTail(x, degrees) / p, 1, 1e-11);
  }
});

Deno.test("ksTest() agrees with SciPy's exact test to 0.02", () => {
  for (const { values, p } of golden.ks) assertAlmostEquals(ksTest(values), p, 0.02);
});

Deno.test("the law of the counts agrees with a recursion over SciPy's binomials", () => {
  for (const { n, cells, gamma, within, low, high } of golden.bands) {
    const z = Float64Array.from({ length: cells - 1 }, (_, i) => (i + 1) / cells);
    const process = ecdfProcess(n, z);
    const bounds = process.bounds(gamma);
    assertEquals([[...bounds.low], [...bounds.high]], [low, high]);
    assertAlmostEquals(process.within(bounds), within, 1e-9);
  }
});

Deno.test("ecdfBand() is ArviZ's band, to one count", () => {
  for (const { n, cells, low, high } of golden.arviz) {
    const band = ecdfBand(n, cells);
    low.forEach((value, i) => assert(Math.abs(value - band.low[i]!) <= 1.001 / n, `low ${i} of ${n}`));
    high.forEach((value, i) => assert(Math.abs(value - band.high[i]!) <= 1.001 / n, `high ${i} of ${n}`));
  }
});

Deno.test("p-values of uniform ranks are uniform: each test errs as often as it says", () => {
  // 400 sets; a share of 0.1 has standard error 0.015. Both tests are discrete: never too small.
  const n = 400;
  const p = Array.from({ length: n }, (_, s) => uniformRanks(s, 60, 20));
  for (const test of [ecdfTest, chiSquareTest]) {
    const share = p.filter((ranks) => test(ranks) <= 0.1).length / n;
    assert(Math.abs(share - 0.1) < 3.5 * 0.015, `${test.name}: ${share}`);
  }
});

Deno.test("ecdfTest() is below one minus the confidence where the band is left, and only there", () => {
  const { z, low, high } = ecdfBand(50, 20, { confidence: 0.9 });
  for (let s = 0; s < 200; s++) {
    const ranks = uniformRanks(s, 50, 20);
    const isInside = z.every((share, i) => {
      const below = ranks.values.filter((rank) => rank < Math.round(20 * share)).length / 50;
      return low[i]! - 1e-12 <= below && below <= high[i]! + 1e-12;
    });
    const p = ecdfTest(ranks);
    // The law is discrete: the band holds with at least its confidence, never less.
    if (!isInside) assert(p <= 0.1, `${s}: ${p}`);
    else assert(p > 0.08, `${s}: ${p}`);
  }
});

Deno.test("rankHistogram() has bins of whole ranks that expect what they can hold", () => {
  const bins = rankHistogram({ values: new Uint32Array([0, 3, 6, 6]), cells: 7 }, 2);
  assertEquals(bins.map(({ first, end, count }) => [first, end, count]), [[0, 4, 2], [4, 7, 2]]);
  assertAlmostEquals(bins[0]!.expected, 16 / 7, 1e-12);
});

Deno.test("ranks that cannot be are refused", () => {
  assertThrows(() => ecdfTest({ values: new Uint32Array([3]), cells: 3 }), RangeError, "below 3");
  assertThrows(() => ecdfTest({ values: new Uint32Array(), cells: 3 }), RangeError, "number of ranks");
  assertThrows(() => chiSquareTest({ values: new Uint32Array(20), cells: 3 }, { bins: 4 }), RangeError);
  assertThrows(() => ecdfBand(10, 10, { confidence: 1 }), RangeError, "confidence");
});
