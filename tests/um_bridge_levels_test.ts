/** A served model whose level is a time step is a multilevel task: against closed forms. */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  coupledSimulate,
  drawNormal,
  fromRows,
  independent,
  key,
  levelAdvice,
  levelSampler,
  mlmc,
  posterior,
  row,
  stream,
  summary,
  trainLevels,
  uniform,
} from "@likely/sbi";
import { umBridge } from "@likely/simulators";
import { serveModels, type TestServer } from "./_um_bridge_server.ts";

const SIGMA = 0.3;
const FINEST = 32;

/** X(1) of dX = −a X dt + σ dW from X(0) = 1, by Euler steps on sums of the same 32 increments. */
function decayed(a: number, steps: number, seed: number): number {
  const random = stream(key(seed));
  let x = 1;
  for (let k = 0; k < steps; k++) {
    let dW = 0;
    for (let j = 0; j < FINEST / steps; j++) dW += drawNormal(random, 0, Math.sqrt(1 / FINEST));
    x += -a * x / steps + SIGMA * dW;
  }
  return x;
}

/** What Euler's scheme has for mean and variance. */
function lawOf(a: number, steps: number): { mean: number; variance: number } {
  const factor = 1 - a / steps;
  const variance = SIGMA ** 2 / steps * (1 - factor ** (2 * steps)) / (1 - factor ** 2);
  return { mean: factor ** steps, variance };
}

function serve(): TestServer {
  return serveModels({
    decay: {
      inputSizes: [1],
      outputSizes: [1],
      evaluate: ([[a]], { steps, seed }) => [[decayed(a, steps as number, seed as number)]],
    },
  });
}

const LEVELS = [2, 8, FINEST].map((steps) => ({ config: { steps }, cost: steps }));
const OPTIONS = { model: "decay", seed: "seed", levels: LEVELS, concurrency: 8 };
const prior = independent({ a: uniform(0.2, 2) });

Deno.test("every level has its own law, on the numbers of the others", async () => {
  await using server = serve();
  const simulator = await umBridge(server.url, OPTIONS);
  assertEquals(simulator.name, 'decay {"steps":32}');
  assertEquals(simulator.levels!.map(({ name, cost }) => [name, cost]), [
    ['{"steps":2}', 2],
    ['{"steps":8}', 8],
    ['{"steps":32}', 32],
  ]);
  const n = 1500;
  const theta = fromRows(Array.from({ length: n }, () => [0.8]));
  const rows: Float64Array[] = [];
  for (const level of simulator.levels!) rows.push((await level.simulateAsync(key(1), theta)).x.data);
  for (const [l, { config: { steps } }] of LEVELS.entries()) {
    const { mean, variance } = lawOf(0.8, steps);
    const average = rows[l]!.reduce((sum, x) => sum + x, 0) / n;
    const spread = rows[l]!.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    assertAlmostEquals(average, mean, 4 * Math.sqrt(variance / n));
    assertAlmostEquals(spread, variance, 4 * variance * Math.sqrt(2 / n));
  }
  for (const l of [1, 2]) {
    const off = rows[l]!.reduce((sum, x, i) => sum + (x - rows[l - 1]![i]!) ** 2, 0) / n;
    assert(off < 0.2 * lawOf(0.8, FINEST).variance, `level ${l}: ${off}`);
  }
  assertEquals((await simulator.simulateAsync(key(1), theta)).x.data, rows[2]);
});

Deno.test("its mean by multilevel Monte Carlo is that of the finest step", async () => {
  await using server = serve();
  const simulator = await umBridge(server.url, OPTIONS);
  const sampler = levelSampler(simulator, prior, (_, x) => x);
  const { estimate, error } = await mlmc(key(2), sampler, { budget: 30_000 });
  // The mean over a: by Simpson's rule.
  let mean = 0;
  for (let k = 0; k <= 200; k++) {
    const weight = k === 0 || k === 200 ? 1 : k % 2 === 1 ? 4 : 2;
    mean += weight * lawOf(0.2 + 1.8 * k / 200, FINEST).mean / 600;
  }
  assert(error < 0.02, `${error}`);
  assertAlmostEquals(estimate[0]!, mean, 4 * error);
});

Deno.test("pairs, advice and training on levels", async () => {
  await using server = serve();
  const source = { prior, simulator: await umBridge(server.url, OPTIONS) };
  const pairs = await coupledSimulate(key(3), source, [3000, 300, 60]);
  assertEquals(pairs.costs, [2, 10, 40]);
  const { fine, coarse, theta } = pairs.levels[2]!;
  assertEquals([fine.n, coarse!.n, theta.n], [60, 60, 60]);
  const off = fine.data.reduce((sum, x, i) => sum + Math.abs(x - coarse!.data[i]!), 0) / 60;
  assert(off < 0.1, `${off}`);
  const advice = await levelAdvice(key(4), source, { method: "npe", pilot: 100, steps: 150 });
  const { losses, costs, spent, text } = advice;
  assertEquals([costs.length, spent > 0], [3, true]);
  const { choice } = losses[2];
  assert(choice.levels.length > 1 && choice.gain > 1, text.join("\n"));
  const { artifact } = await trainLevels(key(5), pairs, { method: "npe", steps: 1500 });
  assertEquals(artifact.provenance.levels!.cost, 3000 * 2 + 300 * 10 + 60 * 40);
  // The exact posterior on a grid.
  const observed = 0.45;
  let [mass, first, second] = [0, 0, 0];
  for (let k = 0; k < 2000; k++) {
    const a = 0.2 + 1.8 * (k + 0.5) / 2000;
    const { mean, variance } = lawOf(a, FINEST);
    const density = Math.exp(-((observed - mean) ** 2) / 2 / variance) / Math.sqrt(variance);
    mass += density;
    first += density * a;
    second += density * a * a;
  }
  const mean = first / mass;
  const sd = Math.sqrt(second / mass - mean ** 2);
  using given = await posterior(artifact, [observed]);
  const [found] = summary(await given.sample(key(6), 4000));
  assertAlmostEquals(found!.mean, mean, 0.25 * sd);
  assertAlmostEquals(found!.sd, sd, 0.25 * sd);
});

Deno.test("a level's config wins over the one for all", async () => {
  await using server = serveModels({
    tell: { inputSizes: [1], outputSizes: [2], evaluate: (_, { a, b }) => [[a, b]] },
  });
  const levels = [{ config: { a: 1 } }, { config: { a: 2 } }];
  const simulator = await umBridge(server.url, { config: { a: 0, b: 9 }, levels });
  assertEquals(simulator.name, 'tell {"a":2,"b":9}');
  const theta = fromRows([[0]]);
  const told = simulator.levels!.map(async (level) => [...(await level.simulateAsync(key(0), theta)).x.data]);
  assertEquals(await Promise.all(told), [[1, 9], [2, 9]]);
});

Deno.test("levels may be other models, cut otherwise, but not of another width", async () => {
  await using server = serveModels({
    coarse: { inputSizes: [2], outputSizes: [1, 1], evaluate: ([[a, b]]) => [[a], [b]] },
    fine: { inputSizes: [1, 1], outputSizes: [2], evaluate: ([[a], [b]]) => [[a + 1, b + 1]] },
    wide: { inputSizes: [1, 1], outputSizes: [3], evaluate: () => [[1, 2, 3]] },
  });
  const levels = [{ model: "coarse", cost: 1 }, { model: "fine", cost: 9, name: "the fine one" }];
  const simulator = await umBridge(server.url, { levels });
  assertEquals([simulator.name, ...simulator.levels!.map(({ name }) => name)], [
    "fine",
    "coarse",
    "the fine one",
  ]);
  const theta = fromRows([[1, 2]]);
  const rows = await Promise.all(
    simulator.levels!.map(async (level) => [...row((await level.simulateAsync(key(0), theta)).x, 0)]),
  );
  assertEquals(rows, [[1, 2], [2, 3]]);
  const error = await assertRejects(
    () => umBridge(server.url, { levels: [{ model: "wide" }, { model: "fine" }] }),
    TypeError,
  );
  assertStringIncludes(error.message, "all must have 2 inputs and 2 outputs: level 0 has 2 and 3");
});
