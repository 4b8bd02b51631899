import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { LevelMoments } from "@likely/core";
import { biasOf, firstRates, knownBySequence, knownExactly, withNextLevel } from "./_mlmc_known.ts";

function levels(
  means: readonly number[],
  variances: readonly number[],
  costs: readonly number[],
): LevelMoments[] {
  const none = { runs: 9, failed: 0, winsorised: 1, kurtosis: 3, fineMean: [0], fineVariance: 1, check: 0 };
  return means.map((mean, level) => ({
    ...none,
    level,
    mean: [mean],
    variances: [variances[level]!],
    variance: variances[level]!,
    cost: costs[level]!,
  }));
}

const SIX = levels([9, -4, 2, 0, 0.5], [9, 8, 2, 0, 0.125], [1, 2, 4, 8, 16]);
const NONE = { before: firstRates({}), given: {} };

Deno.test("lucky zeros are lifted to a half of the level below, then by the rates", () => {
  const first = knownBySequence(SIX, [1], NONE);
  assertEquals(first.means, [9, 4, 2, 1, 0.5]);
  // Each is half of the one below at least.
  assertEquals(first.variances, [9, 8, 4, 2, 1]);
  assertEquals(first.rates, { alpha: 1, beta: 1, gamma: 1 });
  const next = knownBySequence(SIX, [1], { before: { alpha: 2, beta: 3, gamma: 1 }, given: {} });
  assertEquals(next.means, [9, 4, 2, 0.25, 0.5]);
  assertEquals(next.variances, [9, 8, 2, 0.125, 0.125]);
});

Deno.test("a fixed hierarchy is taken as it is", () => {
  const { means, variances } = knownExactly(SIX, [4]);
  assertEquals([means, variances], [[18, 8, 4, 0, 1], [9, 8, 2, 0, 0.125]]);
});

Deno.test("rates are a half at least, and what is given wins", () => {
  const flat = levels([9, 1, 1, 1], [9, 1, 1, 1], [8, 8, 4, 2]);
  assertEquals(knownBySequence(flat, [1], NONE).rates, { alpha: 0.5, beta: 0.5, gamma: 0.5 });
  const given = { alpha: 0.25, gamma: 2 };
  assertEquals(knownBySequence(flat, [1], { ...NONE, given }).rates, { alpha: 0.25, beta: 0.5, gamma: 2 });
  // One level alone has no slope.
  assertEquals(knownBySequence(SIX.slice(0, 2), [1], NONE).rates, { alpha: 0.5, beta: 0.5, gamma: 0.5 });
});

Deno.test("the bias that is left is the worst that the last three corrections foretell", () => {
  const rates = { alpha: 1, beta: 1, gamma: 1 };
  const of = (means: readonly number[]) => biasOf({ means, variances: [], costs: [], rates });
  assertEquals(of([9, 4, 2, 1]), 1);
  assertEquals(of([9, 4, 2, 0.1]), 1);
  assertEquals(of([9, 6, 0.1, 0.1]), 1.5);
  // The fourth last, and level 0, say nothing.
  assertEquals(of([9, 100, 1, 1, 1]), 1);
  assertEquals(of([99, 1]), 1);
  assertAlmostEquals(
    biasOf({ means: [9, 1], variances: [], costs: [], rates: { ...rates, alpha: 2 } }),
    1 / 3,
  );
});

Deno.test("the next level is foretold by the rates, its cost by what was declared", () => {
  const known = { means: [8, 4], variances: [8, 4], costs: [1, 2], rates: { alpha: 1, beta: 2, gamma: 3 } };
  const next = withNextLevel(known, undefined);
  assertEquals([next.means[2], next.variances[2], next.costs[2]], [2, 1, 16]);
  assertEquals(withNextLevel(known, 5).costs[2], 5);
});

Deno.test("levels whose cost the clock did not see count a millionth of the dearest, or all the same", () => {
  const costs = (...of: number[]) => knownExactly(levels(of, of, of), [1]).costs;
  assertEquals(costs(0, 4), [4e-6, 4]);
  assertEquals(costs(0, 0), [1, 1]);
});
