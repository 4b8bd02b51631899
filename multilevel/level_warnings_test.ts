import { assertEquals, assertMatch } from "@std/assert";
import {
  drawNormal,
  foldIn,
  independent,
  key,
  type Level,
  type LevelDefinition,
  leveled,
  normal,
  type SimulationSource,
  type Simulator,
} from "@likely/core";
import { coupledSimulate } from "./coupled_simulate.ts";
import { levelWarnings } from "./level_warnings.ts";

const level = (by: number): LevelDefinition => ({
  cost: 1,
  simulate: (noise, [a, b]) => {
    const random = noise.of("noise");
    return [a! + by + drawNormal(random), b! * (1 + by) + drawNormal(random)];
  },
});
const SIMULATOR = leveled({ name: "two", thetaDim: 2, xDim: 2, levels: [level(0.2), level(0.05), level(0)] });
const prior = independent({ a: normal(0, 1), b: normal(0, 1) });
const warned = async (change: Partial<Simulator>, seed = 1) => {
  const source: SimulationSource<Simulator> = { prior, simulator: { ...SIMULATOR, ...change } };
  return levelWarnings(await coupledSimulate(key(seed), source, [2000, 400, 200]));
};

Deno.test("levels that telescope are not warned of", async () => {
  for (let seed = 0; seed < 5; seed++) assertEquals(await warned({}, seed), []);
});

Deno.test("levels that do not read the same random numbers are told", async () => {
  const [low, middle, high] = SIMULATOR.levels;
  // The highest level has a key of its own: its pairs share θ alone.
  const alone = {
    ...high!,
    simulate: (...[key, ...rest]: Parameters<Level["simulate"]>) => high!.simulate(foldIn(key, 7), ...rest),
  };
  const found = await warned({ levels: [low!, middle!, alone] });
  assertEquals(found.length, 1);
  assertMatch(found[0]!, /^The two halves of pairs of level 2 .* seem not to share their random numbers/);
});

Deno.test("coarse halves of another law are told", async () => {
  const [low, middle, high] = SIMULATOR.levels;
  const shifted = {
    ...middle!,
    simulatePair: (...args: Parameters<Level["simulate"]>) => {
      const coarse = low!.simulate(...args);
      coarse.data.forEach((value, k) => coarse.data[k] = k % 2 === 0 ? value + 0.5 : value);
      return { fine: middle!.simulate(...args), coarse };
    },
  };
  const found = await warned({ levels: [low!, shifted, high!] });
  assertEquals(found.length, 1);
  assertMatch(found[0]!, /^Column 0 of the coarse halves of level 1 .* does not telescope$/);
});
