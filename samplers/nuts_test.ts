import { assert, assertEquals, assertThrows } from "@std/assert";
import { foldIn, fromRows, key, type LogDensity, numericDensity, type Points, zeros } from "@likely/core";
import { nuts, type NutsState } from "./nuts.ts";

const ridge = numericDensity("ridge", 2, ([a, b]) => -0.5 * (a! ** 2 + ((b! - 3 * a!) / 0.1) ** 2));

function run(target: LogDensity, start: Points, steps: number, options: Parameters<typeof nuts>[1] = {}) {
  const kernel = nuts(target, options);
  let state = kernel.init(key(0), start);
  const infos = [];
  for (let t = 0; t < steps; t++) {
    const [next, info] = kernel.step(foldIn(key(1), t), state);
    state = next;
    infos.push(info);
  }
  return { state, infos };
}

Deno.test("nuts gives a chain the same draws whoever runs beside it", () => {
  const alone = run(ridge, fromRows([[1, 2]]), 120, { warmup: 100, metric: "dense" }).state;
  const among = run(ridge, fromRows([[1, 2], [-30, 4], [0, 0]]), 120, { warmup: 100, metric: "dense" }).state;
  assertEquals(among.position.data.slice(0, 2), alone.position.data);
  assertEquals(among.tuning[0], alone.tuning[0]);
});

Deno.test("nuts asks every chain that is still building in one call", () => {
  const rows: number[] = [];
  const counted: LogDensity = { ...ridge, evaluate: (p) => (rows.push(p.n), ridge.evaluate(p)) };
  const kernel = nuts(counted, { warmup: 0, stepSize: 0.1 });
  const [state, info] = kernel.step(key(3), kernel.init(key(0), zeros(5, 2)));
  const calls = rows.slice(1);
  assertEquals(calls.length, info.evaluations);
  assert(calls.every((n, i) => n <= (calls[i - 1] ?? 5)), `${calls}`);
  // A trajectory of depth k has at most 2^(k+1) − 1 leapfrog steps, one in a call.
  assert(info.evaluations < 2 ** (Math.max(...state.depth) + 1));
});

for (const metric of ["diagonal", "dense"] as const) {
  Deno.test(`nuts learns the ${metric} metric and reaches the acceptance it was asked for`, () => {
    const { state, infos } = run(ridge, zeros(4, 2), 700, { warmup: 400, metric });
    const acceptance = infos.slice(400).reduce((sum, info) => sum + info.acceptance, 0) / 300;
    assert(acceptance > 0.7 && acceptance < 0.95, `${acceptance}`);
    for (const { metric: { root } } of state.tuning) {
      if (metric === "dense") assert(Math.abs(root[2]! / root[0]! - 3) < 0.2, `${root}`);
      else assert(root[1]! / root[0]! > 2 && root[1]! / root[0]! < 4, `${root}`);
    }
  });
}

Deno.test("nuts keeps to its greatest depth and tells", () => {
  const { state, infos } = run(ridge, zeros(1, 2), 5, { warmup: 0, stepSize: 1e-4, maxDepth: 3 });
  assertEquals([state.depth[0], infos[0]!.evaluations], [3, 7]);
});

Deno.test("nuts flags a trajectory that lost its energy, and stays", () => {
  const { state, infos } = run(ridge, fromRows([[1, 3]]), 1, { warmup: 0, stepSize: 50 });
  assertEquals([infos[0]!.divergences, ...state.position.data], [1, 1, 3]);
});

Deno.test("nuts stands still after its warm-up", () => {
  const kernel = nuts(ridge, { warmup: 30 });
  let state: NutsState = kernel.init(key(0), zeros(2, 2));
  for (let t = 0; t < 30; t++) state = kernel.step(foldIn(key(1), t), state)[0];
  // The last metric asks for a last search, which is then settled.
  const settled = kernel.step(key(2), state)[0];
  assertEquals(kernel.step(key(3), settled)[0].tuning, settled.tuning);
});

Deno.test("nuts refuses options out of range and targets without a gradient", () => {
  assertThrows(() => nuts(ridge, { maxDepth: 0 }), RangeError, "maxDepth");
  assertThrows(() => nuts(ridge, { targetAcceptance: 1 }), RangeError, "targetAcceptance");
  const blind: LogDensity = { ...ridge, evaluate: (p) => ({ value: ridge.evaluate(p).value }) };
  assertThrows(() => nuts(blind).init(key(0), zeros(1, 2)), TypeError, "must give a gradient");
});
