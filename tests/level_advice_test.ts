/** What a pilot says of levels, where it is known what it should say. */

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  drawNormal,
  foldIn,
  independent,
  key,
  type Level,
  levelAdvice,
  type LevelAdviceOptions,
  type LevelDefinition,
  leveled,
  levelSampler,
  levelsReport,
  mlmcTable,
  type Noise,
  normal,
  type SimulationSource,
  type Simulator,
} from "@likely/sbi";
import { LINEAR } from "./_linear_task.ts";

const prior = independent({ a: normal(0, 1) });

/** x = a + noise, off by a little, noisier by some of its own. */
function line(off: number, own: number, cost: number): LevelDefinition {
  return {
    cost,
    simulate: (noise: Noise, [a]: Float64Array) => [
      a! * (1 + off) + drawNormal(noise.of("observation"), 0, 0.5) + own * drawNormal(noise.of("own")),
    ],
  };
}

function sourceOf(...levels: LevelDefinition[]): SimulationSource<Simulator> {
  return { prior, simulator: leveled({ name: "line", thetaDim: 1, xDim: 1, levels }) };
}

const ask = (source: SimulationSource, more: LevelAdviceOptions = {}) =>
  levelAdvice(key(1), source, { estimator: LINEAR, learningRate: 0.02, steps: 400, pilot: 300, ...more });

Deno.test("levels that hardly differ and cost little are worth having", async () => {
  for (const method of ["npe", "nle"] as const) {
    const { losses, costs, spent, text } = await ask(sourceOf(line(0.02, 0, 1), line(0, 0, 100)), { method });
    assertEquals([costs, spent], [[1, 100], 300 * 101]);
    const { choice, ratios } = losses[2];
    assertEquals(choice.levels, [0, 1]);
    // √V₀ · 1 + √(D · 101) against √(V · 100): with D / V of 0.001 nearly a hundred times as much.
    assert(ratios[0]! < 0.01 && choice.gain > 10, `${ratios}, ${choice.gain}`);
    assertMatch(text.at(-1)!, /^Use levels 0, 1: at equal variance of the loss the finest level alone costs/);
  }
});

Deno.test("a level that is another simulator, or hardly cheaper, is not", async () => {
  const stranger = sourceOf(line(0, 0, 50), line(0, 0, 100));
  const [low, high] = stranger.simulator.levels!;
  // The lower level reads other random numbers: pairs share θ alone.
  const apart = {
    ...low!,
    simulate: (...[seed, ...rest]: Parameters<Level["simulate"]>) => low!.simulate(foldIn(seed, 9), ...rest),
  };
  const found = await ask({ prior, simulator: { ...stranger.simulator, levels: [apart, high!] } });
  assertEquals([found.losses[2].choice.levels, found.losses[2].choice.gain], [[1], 1]);
  assertStringIncludes(found.text.at(-1)!, "Use the finest level alone");
  const dear = await ask(sourceOf(line(0.3, 0.5, 90), line(0, 0, 100)));
  assertEquals(dear.losses[2].choice.levels, [1]);
});

Deno.test("what is left of a budget is shared among the levels, and never overspent", async () => {
  const source = sourceOf(line(0.1, 0.1, 1), line(0, 0, 50));
  const { allocation, spent } = await ask(source, { budget: 40_000 });
  const [n0, n1] = allocation!.counts as [number, number];
  assert(n0 > n1 && n0 * 1 + n1 * 51 <= 40_000 - spent && n0 + n1 * 51 > 0.99 * (40_000 - spent));
  await assertRejects(
    () => ask(source, { budget: 15_000 }),
    RangeError,
    "the budget must pay for the pilot, 1.530e+4: current value is 15000",
  );
});

Deno.test("failures are told; a pilot without levels, or of nothing, is refused", async () => {
  const failing: LevelDefinition = {
    ...line(0, 0, 1),
    simulate: (noise, [a]) => [a! > 1 ? NaN : a! + drawNormal(noise.of("observation"), 0, 0.5)],
  };
  const { text } = await ask(sourceOf(failing, line(0, 0, 10)));
  assertMatch(text[0]!, /^\d\d of 300 pilot rows failed at a level and are left out/);
  const never: LevelDefinition = { cost: 1, simulate: () => [NaN] };
  await assertRejects(
    () => ask(sourceOf(never, line(0, 0, 10))),
    RangeError,
    "two rows must succeed at all levels: current number is 0",
  );
  const { levels: _, ...flat } = sourceOf(line(0, 0, 1), line(0, 0, 2)).simulator;
  await assertRejects(() => ask({ prior, simulator: flat }), TypeError, "two at least: current number is 0");
  await assertRejects(
    () => ask(sourceOf(failing, failing), { pilot: 5 }),
    RangeError,
    "pilot must be a whole number >= 40",
  );
});

Deno.test("the page shows the table, the plots and the words, and is refused without any", async () => {
  const source = sourceOf(line(0.1, 0.1, 1), line(0.02, 0, 8), line(0, 0, 50));
  const advice = await ask(source);
  const sampler = levelSampler(source.simulator, prior, (_, x) => [x[0]!]);
  const table = await mlmcTable(key(2), sampler, { samples: 300 });
  const page = await levelsReport({ title: "Levels of a line", advice, table });
  for (const text of ["Do several levels pay?", "initial", "final", "<svg", "variance of Pf"]) {
    assertStringIncludes(page, text);
  }
  await assertRejects(() => levelsReport({ title: "Nothing" }), TypeError, "there is none");
});
