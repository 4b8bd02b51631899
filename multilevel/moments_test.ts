import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { addSamples } from "./add_samples.ts";
import { levelSums } from "./level_sums.ts";
import { moments } from "./moments.ts";

/** Skewed values around a mean, two outputs. */
function values(n: number, mean: number, seed: number): Float64Array {
  const random = stream(key(seed));
  return Float64Array.from({ length: 2 * n }, () => mean + drawNormal(random) ** 2);
}

/** Textbook formulas in two passes, of values less a number that is exact to subtract. */
function twoPass(
  values: readonly number[],
  zero: number,
): { variance: number; kurtosis: number; mean: number } {
  const shifted = values.map((value) => value - zero);
  const n = values.length;
  const mean = shifted.reduce((a, b) => a + b, 0) / n;
  const power = (p: number) => shifted.reduce((sum, value) => sum + (value - mean) ** p, 0) / n;
  return { mean: zero + mean, variance: power(2), kurtosis: power(4) / power(2) ** 2 };
}

for (const mean of [0, 1e3, 1e9]) {
  Deno.test(`moments agree with two passes where the mean is ${mean}, whatever the chunks`, () => {
    const [fine, coarse] = [values(5000, mean, 1), values(5000, 0, 2)];
    const sums = levelSums(1, 2);
    for (let at = 0; at < 5000;) {
      const n = Math.min(1 + at % 700, 5000 - at);
      addSamples(sums, {
        fine: fine.subarray(2 * at, 2 * (at + n)),
        coarse: coarse.subarray(2 * at, 2 * (at + n)),
      });
      at += n;
    }
    const [level] = moments([sums]);
    const column = (of: (i: number) => number, j: number) =>
      Array.from({ length: 5000 }, (_, i) => of(2 * i + j));
    const corrections = [0, 1].map((j) => twoPass(column((i) => fine[i]! - coarse[i]!, j), mean));
    const fines = [0, 1].map((j) => twoPass(column((i) => fine[i]!, j), mean));
    const close = (actual: number, expected: number) =>
      assert(Math.abs(actual / expected - 1) < 1e-10, `${actual} is not ${expected}`);
    for (const j of [0, 1]) {
      close(level!.mean[j]!, corrections[j]!.mean);
      close(level!.variances[j]!, corrections[j]!.variance);
      close(level!.fineMean[j]!, fines[j]!.mean);
    }
    close(level!.variance, corrections[0]!.variance + corrections[1]!.variance);
    close(level!.fineVariance, fines[0]!.variance + fines[1]!.variance);
    close(level!.kurtosis, Math.max(corrections[0]!.kurtosis, corrections[1]!.kurtosis));
  });
}

Deno.test("kurtosis agrees with closed forms: two points, uniform, normal", () => {
  const of = (fine: Float64Array) => {
    const sums = levelSums(0, 1);
    addSamples(sums, { fine });
    return moments([sums])[0]!.kurtosis;
  };
  // Of a share p: (1 − 3 p (1 − p)) / (p (1 − p)).
  assertAlmostEquals(
    of(Float64Array.from({ length: 100 }, (_, i) => i < 2 ? 1 : 0)),
    (1 - 0.0588) / 0.0196,
    1e-9,
  );
  // Of n equal steps: 3 (3 n² − 7) / 5 (n² − 1).
  assertAlmostEquals(
    of(Float64Array.from({ length: 101 }, (_, i) => i)),
    0.6 * (3 * 101 ** 2 - 7) / (101 ** 2 - 1),
  );
  const random = stream(key(5));
  // A standard error is √(24 / n).
  const normal = of(Float64Array.from({ length: 50_000 }, () => drawNormal(random)));
  assertAlmostEquals(normal, 3, 3 * Math.sqrt(24 / 50_000));
});

Deno.test("rows that are not finite are counted and left out as pairs", () => {
  const sums = levelSums(1, 2);
  const fine = new Float64Array([1, 2, NaN, 2, 3, 4, 5, 6, 7, Infinity]);
  const coarse = new Float64Array([0, 0, 0, 0, 0, 0, 0, -Infinity, 0, 0]);
  addSamples(sums, { fine, coarse, cost: 10 });
  const [level] = moments([sums]);
  assertEquals([level!.runs, level!.failed, level!.cost], [2, 3, 5]);
  assertEquals([level!.mean, level!.fineMean], [[2, 3], [2, 3]]);
});

Deno.test("the winsorised variance does without a rare huge value, and is the variance's own where there is none", () => {
  const of = (spike: number) => {
    const sums = levelSums(0, 1);
    const fine = Float64Array.from({ length: 50_000 }, (_, i) => i % 7 === 0 ? -1 : i % 7 === 4 ? 1 : 0);
    fine[160] = spike;
    for (let at = 0; at < 50_000; at += 1000) addSamples(sums, { fine: fine.subarray(at, at + 1000) });
    return { kept: sums.keptRows, ...moments([sums])[0]! };
  };
  const [calm, spiked] = [of(0), of(1e4)];
  // 50,000 by a stride of 16.
  assertEquals(calm.kept, 3125);
  assert(spiked.variance > 1000);
  assertAlmostEquals(spiked.winsorised, calm.winsorised, 0.01);
  assertAlmostEquals(calm.winsorised, 2 / 7, 0.01);
});

Deno.test("what is kept is evenly spaced, whatever the chunks", () => {
  const kept = (chunk: number) => {
    const sums = levelSums(0, 1);
    const fine = Float64Array.from({ length: 20_000 }, (_, i) => i);
    for (let at = 0; at < 20_000; at += chunk) {
      addSamples(sums, { fine: fine.subarray(at, Math.min(20_000, at + chunk)) });
    }
    return sums.kept.slice(0, sums.keptRows);
  };
  assertEquals(kept(20_000), Float64Array.from({ length: 2500 }, (_, k) => 8 * k));
  assertEquals(kept(7), kept(20_000));
});

Deno.test("the consistency check is the published one where levels have equally many samples", () => {
  const [below, level] = [levelSums(0, 1), levelSums(1, 1)];
  addSamples(below, { fine: new Float64Array([0, 2]) });
  addSamples(level, { fine: new Float64Array([4, 8]), coarse: new Float64Array([3, 5]) });
  // m = 2, V = 1; means 1 and 6, variances 1 and 4.
  const check = Math.abs(2 + 1 - 6) / (3 * (1 + 1 + 2) / Math.SQRT2);
  const [first, second] = moments([below, level]);
  assertAlmostEquals(second!.check, check, 1e-12);
  assert(Number.isNaN(first!.check));
});

Deno.test("weights count in every sum over outputs", () => {
  const sums = levelSums(0, 2);
  addSamples(sums, { fine: new Float64Array([0, 0, 2, 4]) });
  const [level] = moments([sums], { weights: [1, 0.25] });
  assertEquals([level!.variance, level!.fineVariance, level!.variances], [2, 2, [1, 4]]);
});

Deno.test("no samples and constants give numbers, or NaN where there is none", () => {
  const [empty, constant] = [levelSums(0, 1), levelSums(0, 1)];
  addSamples(constant, { fine: new Float64Array([0.1, 0.1, 0.1]) });
  const of = (sums: typeof empty) => moments([sums])[0]!;
  assertEquals([of(empty).mean[0], of(empty).variance, of(empty).winsorised], [NaN, NaN, NaN]);
  assertEquals([of(constant).mean[0], of(constant).variance, of(constant).kurtosis], [0.1, 0, NaN]);
});

Deno.test("sums refuse what is not theirs", () => {
  const array = (n: number) => new Float64Array(n);
  assertThrows(() => levelSums(-1, 1), RangeError, "level must be a whole number >= 0: current value is -1");
  assertThrows(() => levelSums(0, 0), RangeError, "outputs must be a whole number >= 1: current value is 0");
  const wrong = [
    [0, { fine: array(3) }, "fine must have rows of length 2: current length is 3"],
    [0, { fine: array(2), coarse: array(2) }, "coarse must be absent: it is there"],
    [1, { fine: array(2) }, "coarse must be there: it is absent"],
    [1, { fine: array(2), coarse: array(4) }, "coarse must have the length of fine, 2: current length is 4"],
  ] as const;
  for (const [level, samples, message] of wrong) {
    assertThrows(() => addSamples(levelSums(level, 2), samples), TypeError, message);
  }
  assertThrows(
    () => moments([levelSums(0, 2)], { weights: [1] }),
    TypeError,
    "Cannot compute moments as weights must have length 2: current length is 1",
  );
  assertThrows(
    () => moments([levelSums(0, 1)], { weights: [-1] }),
    RangeError,
    "a weight must be a finite number >= 0",
  );
});
