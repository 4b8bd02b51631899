import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { foldIn, key } from "@likely/core";
import { CALL, euler } from "./_euler_test.ts";
import { linear, MEAN } from "./_linear_test.ts";
import type { LevelSampler } from "./level_samples.ts";
import { mlmc } from "./mlmc.ts";
import type { MlmcOptions } from "./mlmc_options.ts";
import type { MlmcState } from "./mlmc_result.ts";

Deno.test("replicates average to the truth, with the variance that they tell", async () => {
  const replicates = 400;
  const estimates: number[] = [];
  const told: number[] = [];
  for (let r = 0; r < replicates; r++) {
    const { estimate, error } = await mlmc(foldIn(key(1), r), linear(), {
      budget: 1000,
      pilot: 20,
      exact: true,
    });
    estimates.push(estimate[0]!);
    told.push(error ** 2);
  }
  const mean = estimates.reduce((a, b) => a + b, 0) / replicates;
  const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (replicates - 1);
  const expected = told.reduce((a, b) => a + b, 0) / replicates;
  assert(Math.abs(mean - MEAN) < 3 * Math.sqrt(variance / replicates), `${mean}`);
  // A variance of r values has the relative error √(2 / r).
  assert(Math.abs(variance / expected - 1) < 3 * Math.sqrt(2 / replicates), `${variance} for ${expected}`);
  // And it is what the allocation foresees: (√(0.81 · 1) + √(0.01 · 11))² / 1000, a little more for the pilot.
  const foreseen = (0.9 + Math.sqrt(0.11)) ** 2 / 1000;
  assert(expected > 0.95 * foreseen && expected < 1.15 * foreseen, `${expected} for ${foreseen}`);
});

Deno.test("Euler steps of a call: the error is below the tolerance, the rates are those of theory", async () => {
  const [runs, tolerance] = [60, 0.15];
  let [within, squares, beta] = [0, 0, 0];
  for (let r = 0; r < runs; r++) {
    const result = await mlmc(foldIn(key(2), r), euler(), { tolerance, pilot: 1000 });
    within += Math.hypot(result.error, result.bias) <= tolerance ? 1 : 0;
    squares += (result.estimate[0]! - CALL) ** 2;
    beta += result.rates.beta;
    assert(result.reached && result.error <= tolerance * Math.sqrt(0.75), result.warnings.join());
    assert(result.levels.every(({ check }) => !(check > 1)));
    assertAlmostEquals(result.rates.gamma, 1, 1e-9);
  }
  assert(within >= 0.9 * runs, `${within} of ${runs}`);
  // A mean square of r values has the relative error √(2 / r). Nor is much more simulated than needed.
  const share = squares / runs / tolerance ** 2;
  assert(share < 1 && share > 0.75 * (1 - 3 * Math.sqrt(2 / runs)), `${share}`);
  assert(Math.abs(beta / runs - 1) < 0.2, `beta ${beta / runs}`);
});

Deno.test("one output more changes nothing of the first, and weights say what counts", async () => {
  const twice = (scale: number): LevelSampler => ({
    ...linear(),
    outputs: 2,
    sample: async (...args) => {
      const { fine, coarse } = await linear().sample(...args);
      const both = (of: Float64Array) =>
        Float64Array.from({ length: 2 * of.length }, (_, k) => of[k >> 1]! * (k % 2 ? scale : 1));
      return coarse ? { fine: both(fine), coarse: both(coarse) } : { fine: both(fine) };
    },
  });
  const options = { tolerance: 0.02, exact: true };
  const one = await mlmc(key(3), linear(), options);
  const two = await mlmc(key(3), twice(1000), { ...options, weights: [1, 0] });
  assertEquals(two.estimate[0], one.estimate[0]);
  assertAlmostEquals(two.errors[1]!, 1000 * one.error, 1e-9);
  const both = await mlmc(key(3), twice(10), { ...options, weights: [1, 0.01] });
  assertAlmostEquals(both.error, Math.SQRT2 * both.errors[0]!, 1e-9);
  assert(both.error <= 0.02 && both.cost > 1.8 * one.cost);
});

Deno.test("a run is taken up again to a tighter tolerance, and no sample is simulated twice", async () => {
  const seen = new Map<string, number>();
  const count = (level: number, index: number) =>
    seen.set(`${level} ${index}`, (seen.get(`${level} ${index}`) ?? 0) + 1);
  const sampler = linear({ seen: count });
  const options = { exact: true, chunkRows: 100 };
  const rough = await mlmc(key(4), sampler, { ...options, tolerance: 0.1 });
  const before = structuredClone(rough.state);
  const fine = await mlmc(key(4), sampler, { ...options, tolerance: 0.02, resume: rough.state });
  assert(fine.samples > 5 * rough.samples && fine.error <= 0.02 && rough.error <= 0.1);
  assertEquals(seen.size, fine.samples);
  assert([...seen.values()].every((times) => times === 1));
  assertEquals(rough.state, before);
  // All levels run from 0 on without a gap.
  fine.levels.forEach(({ runs }, l) => assert(seen.has(`${l} ${runs - 1}`) && !seen.has(`${l} ${runs}`)));
  // As plain data, it can be cloned or kept. Nothing is left to do.
  const again = await mlmc(key(4), sampler, {
    ...options,
    tolerance: 0.02,
    resume: structuredClone(fine.state),
  });
  assertEquals([again.samples, again.estimate], [fine.samples, fine.estimate]);
  assertEquals(seen.size, fine.samples);
});

Deno.test("levels that were added are kept when a run is taken up again", async () => {
  let calls = 0;
  const sampler: LevelSampler = {
    ...euler(),
    sample: (...args) => (calls += args[2], euler().sample(...args)),
  };
  const first = await mlmc(key(5), sampler, { tolerance: 0.5, pilot: 500, rates: { alpha: 1 } });
  const second = await mlmc(key(5), sampler, {
    tolerance: 0.1,
    pilot: 500,
    rates: { alpha: 1 },
    resume: first.state,
  });
  assert(second.levels.length >= first.levels.length && second.samples > first.samples);
  assertEquals(calls, second.samples);
});

Deno.test("chunks change nothing but the rounding", async () => {
  const at = (chunkRows: number) => mlmc(key(6), linear(), { budget: 5000, exact: true, chunkRows });
  const [small, large] = [await at(7), await at(5000)];
  assertEquals(small.levels.map(({ runs }) => runs), large.levels.map(({ runs }) => runs));
  assertAlmostEquals(small.estimate[0]!, large.estimate[0]!, 1e-12);
});

Deno.test("a budget is spent and never exceeded, pilot and failures included", async () => {
  for (const [budget, pilot] of [[1200, 100], [1201, 100], [5000.5, 32], [777, 64], [4000, 17]] as const) {
    for (const fails of [() => false, (_level: number, index: number) => index % 5 === 0]) {
      const { cost, levels, reached } = await mlmc(key(7), linear({ fails }), { budget, pilot, exact: true });
      assert(cost <= budget, `${cost} of ${budget}`);
      assert(cost > budget - 20, `${cost} of ${budget}`);
      assertEquals(cost, levels.reduce((sum, { runs, failed }, l) => sum + (runs + failed) * [1, 11][l]!, 0));
      assert(reached);
    }
  }
});

Deno.test("a budget for open-ended levels buys levels while bias is too large a share", async () => {
  // Half of the mean is missing on each level.
  const halving: LevelSampler = {
    ...euler(),
    sample: async (key, level, n, first) => {
      const { fine } = await linear({ scales: [0.1] }).sample(key, 0, n, first);
      const at = (l: number) => fine.map((value) => value - 2 ** -l);
      return level === 0 ? { fine: at(0) } : { fine: at(level), coarse: at(level - 1) };
    },
  };
  const { levels, estimate, cost } = await mlmc(key(8), halving, { budget: 100_000, pilot: 50 });
  assert(levels.length > 6 && cost <= 100_000);
  assertAlmostEquals(estimate[0]!, MEAN, 0.02);
});

Deno.test("measured costs are in seconds, and what a sampler tells of cost wins", async () => {
  const { costs: _, ...unknown } = linear();
  const measured = await mlmc(key(9), unknown, { tolerance: 0.1, exact: true });
  assert(measured.cost > 0 && measured.cost < 10 && measured.error <= 0.1);
  const told: LevelSampler = {
    ...linear(),
    sample: async (key, level, n, first) => ({ ...await linear().sample(key, level, n, first), cost: 7 * n }),
  };
  const { levels } = await mlmc(key(9), told, { tolerance: 0.1, exact: true });
  assertEquals(levels.map(({ cost }) => cost), [7, 7]);
});

Deno.test("a budget in seconds is spent to the last chunk, and one below the pilot is told", async () => {
  const { costs: _, ...unknown } = linear();
  const { cost, reached, samples } = await mlmc(key(20), unknown, { budget: 0.05, exact: true });
  assert(reached && cost > 0.04 && samples > 200);
  const little = await mlmc(key(20), unknown, { budget: 1e-7, exact: true });
  assert(!little.reached);
  assertStringIncludes(little.warnings.join(), "the budget was spent before the pilot was complete");
});

Deno.test("one level that is the truth is plain Monte Carlo", async () => {
  const { error, warnings, levels } = await mlmc(key(21), linear({ scales: [1] }), {
    tolerance: 0.05,
    exact: true,
  });
  assert(error <= 0.05 && error > 0.045);
  assertEquals([levels.length, warnings], [1, []]);
});

Deno.test("costs that were told to be nothing, or fall, are warned of and do no harm", async () => {
  const free: LevelSampler = {
    ...linear(),
    sample: async (key, level, n, first) => ({ ...await linear().sample(key, level, n, first), cost: 0 }),
  };
  const result = await mlmc(key(10), free, { tolerance: 0.1, exact: true });
  assertStringIncludes(result.warnings.join(), "level 1: no cost was measured");
  assert(result.error <= 0.1);
  const falling = await mlmc(key(10), linear({ costs: [5, 2] }), { tolerance: 0.1, exact: true });
  assertStringIncludes(falling.warnings.join(), "level 1: a sample costs less than one of level 0");
  assertStringIncludes(falling.warnings.join(), "plain Monte Carlo with level 1 alone would cost no more");
});

Deno.test("failures are counted and warned of", async () => {
  const fails = (level: number, index: number) => level === 1 && index % 4 === 0;
  const { levels, warnings, samples, reached } = await mlmc(key(11), linear({ fails }), {
    tolerance: 0.05,
    exact: true,
  });
  const { runs, failed } = levels[1]!;
  assertEquals([levels[0]!.failed, failed, reached], [0, Math.ceil((runs + failed) / 4), true]);
  assertEquals(samples, levels[0]!.runs + runs + failed);
  assertStringIncludes(warnings.join(), `level 1: ${failed} of ${runs + failed} samples were not finite`);
});

Deno.test("a level that fails altogether ends the run, and what there is remains", async () => {
  const result = await mlmc(key(12), linear({ fails: (level) => level === 1 }), {
    tolerance: 0.05,
    exact: true,
  });
  assertEquals([result.reached, result.samples, result.levels[1]!.failed], [false, 200, 100]);
  assertAlmostEquals(result.estimate[0]!, MEAN, 0.5);
  const warnings = result.warnings.join("\n");
  assertStringIncludes(warnings, "the run was ended, as samples of a level fail");
  assertStringIncludes(warnings, "level 1 has no samples: the estimate is that of level 0");
  // Fails from the 101st on: a top-up never comes to an end by itself.
  const late = await mlmc(key(12), linear({ fails: (_, i) => i >= 100 }), { tolerance: 0.01, exact: true });
  assert(!late.reached && late.levels[0]!.runs === 100);
});

Deno.test("a level without variance is told, and takes no more than the pilot", async () => {
  const result = await mlmc(key(13), linear({ scales: [1, 1] }), { tolerance: 0.05, exact: true });
  assertEquals(result.levels[1]!.runs, 100);
  assertStringIncludes(result.warnings.join(), "level 1: the variance is 0 in 100 samples");
  const constant = await mlmc(key(13), linear({ scales: [0, 0] }), { tolerance: 0.05, exact: true });
  assertEquals([constant.estimate, constant.error, constant.reached], [[MEAN], 0, true]);
});

Deno.test("a wrong coarse half is told", async () => {
  const { warnings } = await mlmc(key(14), euler({ sigma: 0.25 }), {
    tolerance: 0.2,
    pilot: 1000,
    highest: 4,
  });
  assertStringIncludes(warnings.join("\n"), "level 1: the consistency check is");
});

Deno.test("heavy tails are told", async () => {
  const rare: LevelSampler = {
    ...linear(),
    sample: async (key, level, n, first) => {
      const { fine, coarse } = await linear().sample(key, level, n, first);
      return coarse
        ? { fine: fine.map((value, i) => (first + i) % 400 === 7 ? value + 20 : value), coarse }
        : { fine };
    },
  };
  const { warnings } = await mlmc(key(15), rare, { tolerance: 0.1, exact: true, pilot: 1000 });
  assertStringIncludes(warnings.join("\n"), "level 1: the kurtosis is");
});

Deno.test("a tolerance that the levels at hand cannot meet is told", async () => {
  const options = { tolerance: 0.05, pilot: 1000, lowest: 1, highest: 1, rates: { alpha: 0.1 } };
  const { reached, warnings, bias } = await mlmc(key(16), euler(), options);
  assert(!reached && bias > 0.025);
  assertStringIncludes(warnings.join("\n"), "the bias of the finest level, 1, is about");
  const beyond = await mlmc(key(16), linear(), { tolerance: 1e-6, exact: true });
  assertEquals([beyond.reached, beyond.samples], [false, 200]);
  assertStringIncludes(beyond.warnings.join("\n"), "more samples of a level than there are, 2^32");
});

Deno.test("a stopped run tells what it has, and goes on from there", async () => {
  const stop = new AbortController();
  const options = { tolerance: 0.02, exact: true, chunkRows: 50 };
  const seen: number[] = [];
  const half = await mlmc(key(17), linear(), {
    ...options,
    signal: stop.signal,
    onProgress: ({ done, wanted, cost, level }) => {
      seen.push(done.reduce((a, b) => a + b, 0));
      assert(done[level]! <= wanted[level]! && cost > 0);
      if (seen.length === 20) stop.abort();
    },
  });
  assertEquals([half.samples, half.reached, seen.at(-1)], [1000, false, 1000]);
  assertStringIncludes(half.warnings.join(), "the run was stopped: resume it with its state");
  const all = await mlmc(key(17), linear(), { ...options, resume: half.state });
  const whole = await mlmc(key(17), linear(), options);
  assert(all.reached && Math.abs(all.samples / whole.samples - 1) < 0.2);
  const at = await mlmc(key(17), linear(), { ...options, signal: AbortSignal.abort() });
  assertEquals([at.samples, at.estimate], [0, [NaN]]);
  assertStringIncludes(at.warnings.join(), "levels 0 to 1 have no samples: there is no estimate");
});

Deno.test("a signal is heard while a sampler keeps the thread", async () => {
  const result = await mlmc(key(18), linear(), {
    tolerance: 1e-4,
    exact: true,
    signal: AbortSignal.timeout(120),
  });
  assert(!result.reached && result.samples > 200);
});

Deno.test("when the sampler throws, what was simulated before is in the state that progress told", async () => {
  let kept: MlmcState | undefined;
  const failing: LevelSampler = {
    ...linear(),
    sample: (key, level, n, first) => {
      if (first >= 300) throw new Error("out of memory");
      return linear().sample(key, level, n, first);
    },
  };
  const options = { tolerance: 0.02, exact: true, chunkRows: 100 };
  await assertRejects(
    () => mlmc(key(19), failing, { ...options, onProgress: ({ state }) => kept = state }),
    Error,
    "out of memory",
  );
  assertEquals(kept!.sums.map(({ runs }) => runs), [300, 100]);
  assert((await mlmc(key(19), linear(), { ...options, resume: kept! })).reached);
});

Deno.test("wrong calls are refused before anything is simulated", async () => {
  const other = (await mlmc(key(0), linear(), { budget: 5000, exact: true })).state;
  const exact = { tolerance: 1, exact: true };
  const { levels: _, ...endless } = linear();
  const never = (sampler: LevelSampler): LevelSampler => ({
    ...sampler,
    sample: () => {
      throw new Error("simulated");
    },
  });
  const wrong: readonly (readonly [MlmcOptions, string, LevelSampler?])[] = [
    [{}, "there must be a tolerance or a budget: there is none"],
    [{ tolerance: 1, budget: 1 }, "there must be a tolerance or a budget: there are both"],
    [{ tolerance: 0 }, "tolerance must be a finite number > 0: current value is 0"],
    [{ budget: -1 }, "budget must be a finite number > 0: current value is -1"],
    [{ ...exact, pilot: 1 }, "pilot must be a whole number >= 2: current value is 1"],
    [{ ...exact, chunkRows: 0 }, "chunkRows must be a whole number >= 1: current value is 0"],
    [{ ...exact, biasShare: 0.2 }, "biasShare must be 0 where exact: current value is 0.2"],
    [{ tolerance: 1, biasShare: 0 }, "biasShare must be in (0, 1): current value is 0"],
    [{ ...exact, weights: [] }, "weights must have length 1: current length is 0"],
    [{ ...exact, weights: [-1] }, "a weight must be a finite number >= 0: current value is -1"],
    [{ tolerance: 1, rates: { beta: 0 } }, "beta must be a finite number > 0: current value is 0"],
    [exact, "a sampler must tell its levels where exact: they are absent", endless],
    [exact, "the cost of level 1 must be a finite number > 0: current value is 0", linear({ costs: [1, 0] })],
    [exact, "costs must have length 2: current length is 1", linear({ costs: [1] })],
    [exact, "outputs must be a whole number >= 1: current value is 0", { ...linear(), outputs: 0 }],
    [{ tolerance: 1 }, "levels must be a whole number >= 2: current value is 1", linear({ scales: [1] })],
    [{ tolerance: 1, highest: 2 }, "highest must be a whole number in [1, 1]: current value is 2"],
    [{ tolerance: 1, lowest: 0 }, "lowest must be a whole number in [1, 1]: current value is 0"],
    [
      { budget: 1199, exact: true },
      "budget must be >= 1200, the cost of the pilot and of what was run before",
    ],
    [{ budget: 4000, exact: true, resume: other }, "current value is 4000"],
    [
      { ...exact, resume: { key: key(1), sums: [] } },
      "key must be that of the run, (0, 1): current value is (0, 0)",
    ],
    [{ ...exact, resume: other }, "a sample must have length 1: current length is 2", {
      ...linear(),
      outputs: 2,
    }],
    [{ ...exact, resume: other }, "the number of levels of the run must be", linear({ scales: [1] })],
  ];
  for (const [options, message, sampler = linear()] of wrong) {
    await assertRejects(() => mlmc(key(0), never(sampler), options), Error, message);
  }
});

Deno.test("samples that are not what was asked for are refused", async () => {
  const giving = (samples: object): LevelSampler => ({ ...linear(), sample: () => samples as never });
  const run = (samples: object) => () => mlmc(key(0), giving(samples), { tolerance: 1, exact: true });
  const fine = new Float64Array(100);
  await assertRejects(run({ fine: fine.subarray(1) }), TypeError, "fine must have length 100, 100 rows of 1");
  await assertRejects(run({ fine, coarse: fine }), TypeError, "level 0 as coarse must be absent");
  await assertRejects(run({ fine, cost: NaN }), RangeError, "their cost must be a finite number >= 0");
  await assertRejects(run({ fine }), TypeError, "level 1 as coarse must be there");
});
