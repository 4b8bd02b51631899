import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertFits, cases, type Cells } from "./_fit_test.ts";
import { drawBeta } from "./draw_beta.ts";
import { drawBinomial } from "./draw_binomial.ts";
import { drawCategorical } from "./draw_categorical.ts";
import { drawExponential } from "./draw_exponential.ts";
import { drawGamma } from "./draw_gamma.ts";
import { drawNegativeBinomial } from "./draw_negative_binomial.ts";
import { drawNormal } from "./draw_normal.ts";
import { drawPermutation } from "./draw_permutation.ts";
import { drawPoisson } from "./draw_poisson.ts";
import { drawTruncatedNormal } from "./draw_truncated_normal.ts";
import { drawUniform } from "./draw_uniform.ts";
import { foldIn, key } from "./key.ts";
import { type Stream, stream } from "./stream.ts";

const N = 50000;

const draws: Readonly<Record<string, (random: Stream, params: readonly (number | null)[]) => number>> = {
  uniform: (random, [low, high]) => drawUniform(random, low!, high!),
  normal: (random, [mean, sd]) => drawNormal(random, mean!, sd!),
  exponential: (random, [rate]) => drawExponential(random, rate!),
  gamma: (random, [shape, rate]) => drawGamma(random, shape!, rate!),
  beta: (random, [a, b]) => drawBeta(random, a!, b!),
  truncatedNormal: (random, [mean, sd, low, high]) =>
    drawTruncatedNormal(random, mean!, sd!, low ?? -Infinity, high ?? Infinity),
  binomial: (random, [n, p]) => drawBinomial(random, n!, p!),
  poisson: (random, [mean]) => drawPoisson(random, mean!),
  negativeBinomial: (random, [mean, dispersion]) => drawNegativeBinomial(random, mean!, dispersion!),
};

function sample({ name, params }: Cells, seed: number): Float64Array {
  const random = stream(foldIn(key(20), seed));
  return Float64Array.from({ length: N }, () => draws[name]!(random, params));
}

cases.forEach((cells, i) => {
  const { name, params } = cells;
  if (!draws[name]) return;
  const call = `${name}(${params.map((p) => p ?? "open").join(", ")})`;
  Deno.test(`draws of ${call} fit its moments and cells`, () => assertFits(sample(cells, i), cells));
});

Deno.test("the fit refuses draws that are off by a twentieth of a standard deviation", () => {
  for (const [i, cells] of cases.entries()) {
    if (!["normal", "gamma", "truncatedNormal"].includes(cells.name)) continue;
    const shifted = sample(cells, i).map((value) => value + 0.05 * Math.sqrt(cells.variance));
    assertThrows(() => assertFits(shifted, cells), Error, "standard errors");
  }
});

Deno.test("the fit refuses a neighbouring distribution with the same mean", () => {
  const poisson = cases.find(({ name, params }) => name === "poisson" && params[0] === 30)!;
  const random = stream(key(3));
  const binomial = Float64Array.from({ length: N }, () => drawBinomial(random, 300, 0.1));
  assertThrows(() => assertFits(binomial, poisson), Error, "standard errors");
});

function chiSquare(counts: ArrayLike<number>, probabilities: readonly number[], n: number): number {
  return probabilities.reduce((sum, p, k) => sum + (counts[k]! - n * p) ** 2 / (n * p), 0);
}

Deno.test("drawCategorical() draws in proportion to the weights", () => {
  const random = stream(key(4));
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < N; i++) counts[drawCategorical(random, [0, 1, 5, 4])]!++;
  assertEquals(counts[0], 0);
  // Two degrees of freedom: beyond 18.4 with probability 1e-4.
  assert(chiSquare(counts.slice(1), [0.1, 0.5, 0.4], N) < 18.4);
});

Deno.test("drawCategorical() never draws a weight of 0, whatever the uniform", () => {
  for (const u of [0, 0.5, 1 - 2 ** -53]) {
    assertEquals(drawCategorical({ uniform: () => u }, [0, 0.1, 0.2, 0]) % 3 > 0, true);
  }
});

Deno.test("drawPermutation() draws all orders alike", () => {
  const random = stream(key(5));
  const counts = new Map<string, number>();
  for (let i = 0; i < N; i++) {
    const order = drawPermutation(random, 4).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  // 23 degrees of freedom: beyond 56 with probability 1e-4.
  assert(chiSquare([...counts.values()], Array(24).fill(1 / 24), N) < 56);
});

Deno.test("drawPermutation() keeps every index, for no items and for many", () => {
  assertEquals(drawPermutation(stream(key(0)), 0), new Uint32Array(0));
  const order = drawPermutation(stream(key(0)), 1000);
  assertEquals(order.toSorted(), Uint32Array.from({ length: 1000 }, (_, i) => i));
});

Deno.test("draws at the ends of their parameters are certain", () => {
  const random = stream(key(6));
  assertEquals(drawBinomial(random, 0, 0.5), 0);
  assertEquals(drawBinomial(random, 7, 0), 0);
  assertEquals(drawBinomial(random, 1e9, 1), 1e9);
  assertEquals(drawPoisson(random, 0), 0);
  assertEquals(drawNegativeBinomial(random, 0, 1e-300), 0);
  assertEquals(drawUniform(random, 3, 3), 3);
});

Deno.test("draws stay in range, whatever the uniforms", () => {
  for (const u of [0, 2 ** -53, 0.5, 1 - 2 ** -53]) {
    // The first three numbers are extreme, then ordinary ones let rejection end.
    const rest = stream(key(7));
    let used = 0;
    const random = { uniform: () => used++ < 3 ? u : rest.uniform() };
    for (
      const [name, params] of [["binomial", [1000, 0.3]], ["binomial", [50, 0.1]], ["poisson", [50]], [
        "poisson",
        [5],
      ]] as const
    ) {
      used = 0;
      const k = draws[name]!(random, params);
      assert(Number.isInteger(k) && k >= 0 && k <= 1000, `${name}(${params}) drew ${k}`);
    }
    used = 0;
    const z = drawTruncatedNormal(random, 0, 1, 30, Infinity);
    assert(z >= 30 && z < 33, `truncated normal drew ${z}`);
    used = 0;
    assert(Number.isFinite(drawBeta(random, 1e-5, 1e-5)));
  }
});

Deno.test("drawBeta() with tiny shapes is 0 or 1 about equally often, never NaN", () => {
  const random = stream(key(8));
  let sum = 0;
  for (let i = 0; i < 1000; i++) sum += drawBeta(random, 1e-4, 1e-4);
  // Nearly a fair coin: standard error √1000 / 2.
  assert(Math.abs(sum - 500) < 4 * Math.sqrt(1000) / 2);
});

Deno.test("draws refuse impossible parameters", () => {
  const random = stream(key(0));
  for (const bad of [0, -1, NaN, Infinity]) {
    assertThrows(() => drawExponential(random, bad), RangeError, "rate");
    assertThrows(() => drawGamma(random, bad, 1), RangeError, "shape");
    assertThrows(() => drawGamma(random, 1, bad), RangeError, "rate");
    assertThrows(() => drawBeta(random, bad, 1), RangeError, "a must");
    assertThrows(() => drawBeta(random, 1, bad), RangeError, "b must");
    assertThrows(() => drawTruncatedNormal(random, 0, bad, 0, 1), RangeError, "sd");
    assertThrows(() => drawNegativeBinomial(random, 1, bad), RangeError, "dispersion");
  }
  for (const bad of [-1, NaN, Infinity]) {
    assertThrows(() => drawPoisson(random, bad), RangeError, "mean");
    assertThrows(() => drawNegativeBinomial(random, bad, 1), RangeError, "mean");
    assertThrows(() => drawBinomial(random, bad, 0.5), RangeError, "n must");
    assertThrows(() => drawCategorical(random, [1, bad]), RangeError, "weight");
    assertThrows(() => drawPermutation(random, bad), RangeError, "n must");
  }
  for (const bad of [-0.1, 1.1, NaN]) assertThrows(() => drawBinomial(random, 5, bad), RangeError, "p must");
  assertThrows(() => drawCategorical(random, []), RangeError, "sum");
  assertThrows(() => drawUniform(random, 1, 0), RangeError, "low");
  assertThrows(() => drawTruncatedNormal(random, 0, 1, 1, 1), RangeError, "low");
  assertThrows(() => drawTruncatedNormal(random, 0, 1, NaN, 1), RangeError, "low");
});
