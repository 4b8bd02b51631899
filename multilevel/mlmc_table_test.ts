import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { key } from "@likely/core";
import { euler } from "./_euler_test.ts";
import { linear, MEAN } from "./_linear_test.ts";
import { formatMlmcTable } from "./format_mlmc_table.ts";
import { levelRates } from "./level_rates.ts";
import { mlmcComplexity } from "./mlmc_complexity.ts";
import { mlmcTable } from "./mlmc_table.ts";

Deno.test("coupled Euler steps: rates near 1 each, consistent, without a warning", async () => {
  const { levels, rates, warnings } = await mlmcTable(key(1), euler(), { samples: 20_000, levels: 5 });
  assertEquals(levels.map(({ runs }) => runs), new Array(5).fill(20_000));
  assertEquals(warnings, []);
  assert(levels.slice(1).every(({ check }) => check < 1));
  // The fourth correction, of about 0.01, has a standard error of 0.004.
  assert(Math.abs(rates.alpha - 1) < 0.6, `alpha ${rates.alpha}`);
  assert(Math.abs(rates.beta - 1) < 0.15, `beta ${rates.beta}`);
  assertAlmostEquals(rates.gamma, 1, 1e-12);
});

Deno.test("noise that does not match: variances stay, and nothing is saved", async () => {
  const { levels, rates } = await mlmcTable(key(1), euler({ unmatched: true }), {
    samples: 10_000,
    levels: 5,
  });
  assert(Math.abs(rates.beta) < 0.15, `beta ${rates.beta}`);
  // Consistent it is: both halves have the right law.
  assert(
    levels.slice(1).every(({ check, variance, fineVariance }) => check < 1 && variance > 1.7 * fineVariance),
  );
  const options = { pilot: 200, lowest: 3, highest: 3 };
  const [unmatched] = await mlmcComplexity(key(2), euler({ unmatched: true }), [0.2], options);
  const [matched] = await mlmcComplexity(key(2), euler(), [0.2], options);
  assert(unmatched!.saving < 1 && matched!.saving > 2, `${unmatched!.saving} and ${matched!.saving}`);
});

Deno.test("a coarse half of another law is told by the check", async () => {
  const { levels, warnings } = await mlmcTable(key(1), euler({ sigma: 0.25 }), {
    samples: 10_000,
    levels: 3,
  });
  assert(levels.slice(1).every(({ check }) => check > 1));
  assertEquals(warnings.length, 2);
  assert(warnings[0]!.startsWith("level 1: the consistency check is") && warnings[0]!.endsWith("is wrong"));
});

Deno.test("all levels of a sampler are looked at, their moments as they are known", async () => {
  const { levels, rates } = await mlmcTable(key(3), linear(), { samples: 40_000 });
  const [first, second] = levels;
  // Relative errors of a variance are √(2 / n).
  const near = (value: number, truth: number) =>
    assert(Math.abs(value / truth - 1) < 3 * Math.sqrt(2 / 40_000), `${value}`);
  near(first!.variance, 0.81);
  near(second!.variance, 0.01);
  near(second!.fineVariance, 1);
  assertAlmostEquals(second!.kurtosis, 3, 3 * Math.sqrt(24 / 40_000));
  assertAlmostEquals(second!.fineMean[0]!, MEAN, 3 / Math.sqrt(40_000));
  assertEquals([first!.cost, second!.cost, levels.length], [1, 11, 2]);
  assertEquals(rates, { alpha: NaN, beta: NaN, gamma: NaN });
});

Deno.test("costs at several tolerances: as the inverse square, both ways", async () => {
  const tolerances = [0.02, 0.01, 0.005];
  const rows = await mlmcComplexity(key(4), linear(), tolerances, { exact: true, pilot: 50 });
  assertEquals(rows.map(({ tolerance }) => tolerance), tolerances);
  for (const { tolerance, estimate, cost, singleCost, saving, counts } of rows) {
    assert(Math.abs(estimate[0]! - MEAN) < 3 * tolerance);
    // (√(0.81 · 1) + √(0.01 · 11))² and 1 · 11, with variances as estimated.
    assert(Math.abs(cost * tolerance ** 2 / 1.517 - 1) < 0.35, `${cost * tolerance ** 2}`);
    assert(Math.abs(singleCost * tolerance ** 2 / 11 - 1) < 0.4);
    assertAlmostEquals(saving, singleCost / cost);
    assertEquals(counts[0]! + 11 * counts[1]!, cost);
  }
});

Deno.test("fineCosts are what plain Monte Carlo pays", async () => {
  const sampler = { ...linear(), fineCosts: [1, 10] };
  const [pair] = await mlmcComplexity(key(5), linear(), [0.05], { exact: true });
  const [fine] = await mlmcComplexity(key(5), sampler, [0.05], { exact: true });
  assertAlmostEquals(fine!.singleCost / pair!.singleCost, 10 / 11, 1e-12);
});

Deno.test("rates are slopes, and levels without a logarithm are left out", () => {
  assertEquals(levelRates([1, 4, 0, 1], [1, 8, 4, 2], [1, 1, 4, 16]), { alpha: 1, beta: 1, gamma: 2 });
});

Deno.test("the table as text", async () => {
  const { levels } = await mlmcTable(key(3), linear(), { samples: 100 });
  const lines = formatMlmcTable(levels).split("\n");
  assertEquals(lines[0]!.trim().split(/ +/).length, 8);
  assertEquals(lines.map(({ length }) => length), [88, 88, 88, 0]);
  const cells = lines[2]!.trim().split(/ +/);
  assertEquals([cells[0], cells[7]], ["1", "1.10e+1"]);
  assertEquals(Number(cells[1]), Number(levels[1]!.mean[0]!.toPrecision(5)));
  assertEquals(Number(cells[3]), Number(levels[1]!.variance.toPrecision(5)));
  assertEquals(lines[1]!.trim().split(/ +/)[6], "-");
});

Deno.test("wrong calls are refused", async () => {
  await assertRejects(
    () => mlmcTable(key(0), linear(), { samples: 1 }),
    RangeError,
    "samples must be a whole number >= 2",
  );
  await assertRejects(
    () => mlmcTable(key(0), linear(), { levels: 3 }),
    RangeError,
    "Cannot look at levels as levels must be a whole number in [1, 2]: current value is 3",
  );
  await assertRejects(
    () => mlmcComplexity(key(0), linear(), []),
    RangeError,
    "there must be a tolerance at least",
  );
  assertThrows(() => formatMlmcTable([]), RangeError, "there must be a row at least: current number is 0");
  const { levels } = await mlmcTable(key(0), linear(), { samples: 2 });
  assertThrows(
    () => formatMlmcTable(levels, { output: 1 }),
    RangeError,
    "output must be a whole number in [0, 0]",
  );
});
