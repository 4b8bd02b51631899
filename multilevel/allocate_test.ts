import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { allocate } from "./allocate.ts";
import { chooseLevels } from "./choose_levels.ts";
import { hierarchyCost, pairCosts } from "./pair_costs.ts";

const LEVELS = { variances: [4, 1, 0.25], costs: [1, 4, 16] };

Deno.test("a tolerance gives the closed form", () => {
  // √(V/C) = 2, ½, ⅛ and √(V C) = 2 each.
  const at = (target: { tolerance: number; biasShare?: number }) => allocate(LEVELS, target).counts;
  assertEquals(at({ tolerance: 0.1, biasShare: 0 }), [1200, 300, 75]);
  assertEquals(at({ tolerance: 0.1 }), [1600, 400, 100]);
  const { variance, cost } = allocate(LEVELS, { tolerance: 0.1 });
  assertAlmostEquals(variance, 0.0075, 1e-15);
  assertEquals(cost, 4800);
});

Deno.test("a budget gives the closed form, and what rounding leaves is spent where it helps most", () => {
  assertEquals(allocate(LEVELS, { budget: 4800 }).counts, [1600, 400, 100]);
  assertAlmostEquals(allocate(LEVELS, { budget: 4800 }).variance, 6 ** 2 / 4800, 1e-15);
  // Of 4810: 1603.3, 400.8, 100.2 leaves 7: an expensive sample cannot be paid, one of 4 helps more than of 1.
  assertEquals(allocate(LEVELS, { budget: 4810 }).counts, [1606, 401, 100]);
  for (const budget of [700, 701.5, 4815, 12_345.6]) {
    const { counts, cost } = allocate(LEVELS, { budget }, { least: 1 });
    assert(cost <= budget && cost > budget - 1, `${counts} cost ${cost} of ${budget}`);
  }
});

Deno.test("levels that have more than the optimum stay, and the others are solved for anew", () => {
  const { counts, variance } = allocate(LEVELS, { tolerance: 0.1, biasShare: 0 }, { done: [0, 0, 250] });
  // 0.25 / 250 is done; 0.009 is left to two levels: N = √(V/C) 4 / 0.009.
  assertEquals(counts, [889, 223, 250]);
  assert(variance <= 0.01);
  const budget = allocate(LEVELS, { budget: 4800 }, { done: [0, 0, 200] });
  assertEquals(budget.counts, [800, 200, 200]);
});

Deno.test("every level has the least, and a level without variance no more", () => {
  assertEquals(allocate(LEVELS, { tolerance: 10 }).counts, [32, 32, 32]);
  assertEquals(allocate({ variances: [1, 0], costs: [1, 5] }, { budget: 260 }).counts, [100, 32]);
  assertEquals(allocate({ variances: [0, 0], costs: [1, 5] }, { budget: 260 }).counts, [32, 32]);
  assertEquals(allocate({ variances: [0, 0], costs: [1, 5] }, { tolerance: 1 }, { least: 1 }).counts, [1, 1]);
});

Deno.test("the allocation is the best of its neighbours", () => {
  const levels = { variances: [3, 0.7, 0.11], costs: [1.3, 7.1, 29] };
  const best = allocate(levels, { budget: 1e5 });
  for (const shares of [[1, 0, -1], [-1, 1, 0], [0, -1, 1], [1, -1, 0]]) {
    const counts = best.counts.map((n, l) => n + 200 * shares[l]! / levels.costs[l]!);
    assert(levels.variances.reduce((sum, v, l) => sum + v / counts[l]!, 0) > best.variance);
  }
});

Deno.test("the gain over the finest level alone", () => {
  const gain = (variance: number, cost: number) =>
    allocate({ ...LEVELS, single: { variance, cost } }, { budget: 4800 }).gain;
  assertEquals(gain(4, 12), 48 / 36);
  assertEquals(allocate(LEVELS, { budget: 4800 }).gain, NaN);
});

Deno.test("costs far apart are allocated at once, and the budget is spent", () => {
  const { counts, cost } = allocate({ variances: [1e-9, 1], costs: [1e-6, 1e3] }, { budget: 40_999 });
  assert(cost <= 40_999 && cost > 40_998.9, `${counts}`);
});

Deno.test("the toggle switch: what a published hierarchy costs, and what else that buys", () => {
  const costs = [50, 80, 300];
  assertEquals(pairCosts(costs), [50, 130, 380]);
  const cost = hierarchyCost([10_000, 500, 100], costs);
  assertEquals(cost, 603_000);
  assertEquals(costs.map((each) => Math.floor(cost / each)), [12_060, 7537, 2010]);
});

Deno.test("chooseLevels() leaves out what costs more than it saves, or all but the finest", () => {
  // Level 1 is as far from the truth as level 0 is.
  const useless = [[1, 0.5, 0.01], [0.5, 1, 0.5], [0.01, 0.5, 1]];
  const choice = chooseLevels(useless, [1, 10, 100]);
  assertEquals([choice.levels, choice.variances, choice.costs], [[0, 2], [1, 0.01], [1, 101]]);
  assertAlmostEquals(choice.gain, 100 / (1 + Math.sqrt(1.01)) ** 2, 1e-12);
  const helpful = [[1, 0.3, 0.3], [0.3, 1, 0.001], [0.3, 0.001, 1]];
  assertEquals(chooseLevels(helpful, [1, 10, 1000]).levels, [0, 1, 2]);
  // One run that gives both halves is worth more than two, but only where they are neighbours.
  const near = [[1, 0.9, 0.9], [0.9, 1, 0.2], [0.9, 0.2, 1]];
  assertEquals(chooseLevels(near, [5, 30, 100]).levels, [2]);
  const prefix = chooseLevels(near, [5, 30, 100], [5, 30, 100]);
  assertEquals([prefix.levels, prefix.costs], [[1, 2], [30, 100]]);
  assertAlmostEquals(prefix.gain, 100 / (Math.sqrt(30) + Math.sqrt(20)) ** 2, 1e-9);
  const unlike = [[1, 2], [2, 1]];
  assertEquals(chooseLevels(unlike, [1, 10]), { levels: [1], variances: [1], costs: [10], gain: 1 });
});

Deno.test("allocations that cannot be are refused", () => {
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [() => allocate(LEVELS, { budget: -1 }), "budget must be a finite number > 0: current value is -1"],
    [() => allocate(LEVELS, { budget: 671 }), "budget must be >= 672, the cost of the fewest samples"],
    [() => allocate(LEVELS, { tolerance: 0 }), "tolerance must be a finite number > 0: current value is 0"],
    [
      () => allocate(LEVELS, { tolerance: 1, biasShare: 1 }),
      "biasShare must be in [0, 1): current value is 1",
    ],
    [() => allocate({ variances: [-1], costs: [1] }, { budget: 99 }), "the variance of level 0 must be"],
    [() => allocate({ variances: [1], costs: [0] }, { budget: 99 }), "the cost of level 0 must be"],
    [() => allocate(LEVELS, { budget: 1e4 }, { done: [1, 2, 0.5] }), "what is done of level 2 must be"],
    [() => allocate(LEVELS, { budget: 1e4 }, { least: 0 }), "least must be a whole number >= 1"],
    [
      () => allocate({ ...LEVELS, single: { variance: 1, cost: 0 } }, { budget: 1e4 }),
      "the single level's cost must be",
    ],
    [() => pairCosts([1, -1]), "the cost of level 1 must be a finite number > 0: current value is -1"],
    [() => chooseLevels([[-1]], [1]), "a variance must be a finite number >= 0: current value is -1"],
    [() => chooseLevels([[1]], [0]), "the cost of level 0 must be a finite number > 0: current value is 0"],
    [
      () => chooseLevels([], []),
      "the number of levels must be a whole number in [1, 20]: current value is 0",
    ],
  ];
  for (const [call, message] of wrong) assertThrows(call, RangeError, message);
  const lengths: readonly (readonly [() => unknown, string])[] = [
    [() => allocate({ variances: [], costs: [] }, { budget: 1 }), "there must be a level at least"],
    [() => allocate({ variances: [1], costs: [1, 2] }, { budget: 1 }), "variances must have length 2"],
    [() => allocate(LEVELS, { budget: 1e4 }, { done: [1] }), "done must have length 3: current length is 1"],
    [() => chooseLevels([[1]], [1, 2]), "variances must have length 2: current length is 1"],
    [() => chooseLevels([[1], [1]], [1, 2]), "a row of variances must have length 2: current length is 1"],
  ];
  for (const [call, message] of lengths) assertThrows(call, TypeError, message);
});
