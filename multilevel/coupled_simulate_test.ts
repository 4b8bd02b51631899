import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  drawNormal,
  independent,
  key,
  type Level,
  type LevelDefinition,
  leveled,
  normal,
  row,
  type SimulationSource,
  type Simulator,
  simulator,
} from "@likely/core";
import { coupledSimulate, declaredCosts } from "./coupled_simulate.ts";
import { totalCost } from "./level_pairs.ts";

/** Named by workers. */
export const walks: SimulationSource<Simulator> = walksWith({});

function walksWith(change: Partial<LevelDefinition>): SimulationSource<Simulator> {
  const level = (steps: number): LevelDefinition => ({
    cost: steps,
    simulate: (noise, theta) => {
      const random = noise.of("steps");
      let at = theta[0]!;
      for (let i = 0; i < steps; i++) at += drawNormal(random);
      return [at, steps];
    },
  });
  return {
    prior: independent({ a: normal(0, 1) }),
    simulator: leveled({
      name: "walks",
      thetaDim: 1,
      xDim: 2,
      levels: [level(2), level(3), { ...level(4), ...change }],
    }),
  };
}

const MODULE = { module: import.meta.url, export: "walks" };

Deno.test("pairs have one theta and the same random numbers, levels are independent", async () => {
  const { levels, costs } = await coupledSimulate(key(1), walks, [300, 40, 20]);
  assertEquals(levels.map(({ theta, fine, coarse }) => [theta.n, fine.dim, coarse?.dim]), [
    [300, 2, undefined],
    [40, 2, 2],
    [20, 2, 2],
  ]);
  assertEquals(costs, [2, 5, 7]);
  const [, middle] = levels;
  for (let i = 0; i < 40; i++) {
    assertEquals([row(middle!.fine, i)[1], row(middle!.coarse!, i)[1]], [3, 2]);
    // One more step: a standard normal apart.
    assert(Math.abs(row(middle!.fine, i)[0]! - row(middle!.coarse!, i)[0]!) < 5);
  }
  assertEquals(levels[0]!.theta.data.filter((value) => middle!.theta.data.includes(value)).length, 0);
  // Half as many are the first of them, whatever the others are.
  const fewer = await coupledSimulate(key(1), walks, [10, 20, 5]);
  assertEquals(fewer.levels[1]!.coarse!.data, middle!.coarse!.data.slice(0, 40));
});

Deno.test("rows are the same on any number of workers", async () => {
  const here = await coupledSimulate(key(2), walks, [30, 20, 10]);
  for (const workers of [1, 2]) {
    const there = await coupledSimulate(key(2), MODULE, [30, 20, 10], { workers });
    assertEquals(there.levels, here.levels);
  }
});

Deno.test("levels are kept in folders of their own, and taken up again", async () => {
  const path = await Deno.makeTempDir();
  const whole = await coupledSimulate(key(3), walks, [50, 20, 10], { path });
  const entries = await Array.fromAsync(Deno.readDir(path));
  assertEquals(entries.map(({ name }) => name).sort(), ["level0", "level1", "level2"]);
  const counted = {
    ...walks,
    simulator: { ...walks.simulator, levels: walks.simulator.levels!.map((level) => ({ ...level })) },
  };
  let simulated = 0;
  counted.simulator.levels.forEach((level) => {
    const { simulate } = level;
    level.simulate = (...args) => (simulated += args[1].n, simulate(...args));
  });
  const again = await coupledSimulate(key(3), counted, [50, 20, 10], { path });
  assertEquals(again.levels, whole.levels);
  assertEquals(simulated, 0);
  const more = await coupledSimulate(key(3), walks, [50, 25, 10], { path });
  assertEquals(more.levels[1]!.fine.data.slice(0, 40), whole.levels[1]!.fine.data);
  await Deno.remove(path, { recursive: true });
});

Deno.test("a pair of which one side failed is left out, and counted at its level", async () => {
  const failing = walksWith({});
  const [first, second, third] = failing.simulator.levels!;
  // The second level fails where theta is below zero: alone, and as the coarse side of the third.
  const half = {
    ...second!,
    simulate: (...[key, theta, from]: Parameters<Level["simulate"]>) => {
      const x = second!.simulate(key, theta, from);
      for (let i = 0; i < x.n; i++) if (theta.data[i]! < 0) x.data[2 * i] = NaN;
      return x;
    },
  };
  const source = { ...failing, simulator: { ...failing.simulator, levels: [first!, half, third!] } };
  const pairs = await coupledSimulate(key(4), source, [100, 100, 100]);
  assertEquals(pairs.levels[0]!.failed, 0);
  for (const { theta, fine, coarse, failed } of pairs.levels.slice(1)) {
    assert(failed > 30 && failed < 70 && theta.n === 100 - failed);
    assertEquals([fine.n, coarse!.n], [theta.n, theta.n]);
    assert(theta.data.every((value) => value >= 0));
  }
  assertEquals(totalCost(pairs), 100 * (2 + 5 + 7));
});

Deno.test("costs are declared, of one run where it gives both, or measured", async () => {
  const level = (cost?: number): LevelDefinition => ({ ...(cost && { cost }), simulate: () => [0] });
  const of = (...levels: LevelDefinition[]) => leveled({ name: "costs", thetaDim: 1, xDim: 1, levels });
  assertEquals(declaredCosts(of(level(1), level(10))), [1, 11]);
  const prefix = { ...level(10), simulatePair: () => ({ fine: [0], coarse: [0] }) };
  assertEquals(declaredCosts(of(level(1), prefix)), [1, 10]);
  assertEquals(declaredCosts(of(level(1), level())), undefined);
  const wait = (times: number): LevelDefinition => ({
    simulate: (noise) => {
      const random = noise.of("work");
      let sum = 0;
      for (let i = 0; i < times; i++) sum += random.uniform();
      return [sum];
    },
  });
  const source = { prior: independent({ a: normal(0, 1) }), simulator: of(wait(100), wait(4000)) };
  const { costs } = await coupledSimulate(key(5), source, [5, 5]);
  // A pair of 4,100 numbers against 100: 41 times, and a machine with other work.
  assert(costs[1]! / costs[0]! > 8 && costs[1]! / costs[0]! < 200, `${costs}`);
  assertAlmostEquals(totalCost({ simulator: "", prior: source.prior, levels: [], costs }), 0);
});

const REFUSED: readonly (readonly [what: string, ask: () => Promise<unknown>, says: string])[] = [
  ["one level", () =>
    coupledSimulate(key(0), {
      ...walks,
      simulator: simulator({ name: "one", thetaDim: 1, xDim: 1, simulate: () => [0] }),
    }, [1]), 'Cannot simulate "one" by levels as it must have two at least: current number is 0'],
  ["counts of other levels", () => coupledSimulate(key(0), walks, [1, 2]), "counts must have length 3"],
  [
    "more shards than rows of a level",
    () => coupledSimulate(key(0), walks, [9, 9, 2], { path: "nowhere", shard: { index: 0, of: 3 } }),
    "shard.of must be a whole number in [1, 2]: current value is 3",
  ],
  ["shards of levels whose cost each machine would measure", () => {
    const [level, other] = [1, 2].map((): LevelDefinition => ({ simulate: () => [0] }));
    const simulator = leveled({ name: "free", thetaDim: 1, xDim: 1, levels: [level!, other!] });
    const options = { path: "nowhere", shard: { index: 0, of: 2 } };
    return coupledSimulate(key(0), { ...walks, simulator }, [9, 9], options);
  }, "all levels must declare their cost"],
  ["no rows", () => coupledSimulate(key(0), walks, [1, 2, 0]), "counts[2] must be a whole number >= 1"],
  ["levels of other widths", () => {
    const { levels = [], ...rest } = walks.simulator;
    const narrow = leveled({
      name: "n",
      thetaDim: 1,
      xDim: 1,
      levels: [{ simulate: () => [0] }, { simulate: () => [0] }],
    });
    return coupledSimulate(key(0), {
      ...walks,
      simulator: { ...rest, levels: [levels[0]!, narrow.levels[1]!] },
    }, [1, 1]);
  }, "both must have 2 numbers: current widths are 1 and 2"],
];

for (const [what, ask, says] of REFUSED) {
  Deno.test(`coupledSimulate() refuses ${what}`, () => assertRejects(ask, Error, says).then(() => {}));
}
