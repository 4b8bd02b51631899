import { assert, assertEquals, assertThrows } from "@std/assert";
import { drawNormal } from "./draw_normal.ts";
import { key } from "./key.ts";
import { type LevelDefinition, leveled, type Noise } from "./leveled.ts";
import { fromRows, points, row } from "./points.ts";

/** A random walk of so many steps, the noise of observation last. */
function walk(steps: number): LevelDefinition {
  const path = (noise: Noise, theta: Float64Array, n: number) => {
    const random = noise.of("steps");
    let at = theta[0]!;
    for (let i = 0; i < n; i++) at += drawNormal(random) / 10;
    return at + drawNormal(noise.of("observation"));
  };
  return {
    name: `${steps} steps`,
    cost: steps,
    simulate: (noise, theta) => [path(noise, theta, steps)],
    simulatePair: (noise, theta) => ({
      fine: [path(noise, theta, steps)],
      coarse: [path(noise, theta, steps / 2)],
    }),
  };
}

const WALK = { name: "walk", thetaDim: 1, xDim: 1, levels: [walk(4), walk(8)] };
const THETA = points(Float64Array.from({ length: 50 }, (_, i) => i / 10), 1);

Deno.test("levels read the same numbers of a component, however many they read of another", () => {
  const { levels, simulate } = leveled(WALK);
  const [coarse, fine] = levels.map((level) => level.simulate(key(1), THETA).data);
  const four = leveled({ ...WALK, levels: [walk(4), walk(4)] }).simulate(key(1), THETA).data;
  assertEquals(coarse, four);
  // Four more steps of sd 0.1: without coupling, the noise of observation alone would differ by √2.
  const apart = fine!.map((value, i) => value - coarse![i]!);
  const sd = Math.sqrt(apart.reduce((sum, d) => sum + d * d, 0) / 50);
  assert(sd > 0.12 && sd < 0.28, `${sd}`);
  assertEquals(simulate(key(1), THETA).data, fine);
});

Deno.test("a pair from one run is what both levels simulate by themselves, wherever rows begin", () => {
  const { levels } = leveled(WALK);
  const some = points(THETA.data.subarray(20, 30), 1);
  const pair = levels[1]!.simulatePair!(key(2), some, 20);
  assertEquals(pair.fine.data, levels[1]!.simulate(key(2), THETA).data.slice(20, 30));
  assertEquals(pair.coarse.data, levels[0]!.simulate(key(2), THETA).data.slice(20, 30));
});

Deno.test("components of different names are independent, and one opened again begins again", () => {
  const level: LevelDefinition = {
    simulate: (noise) => [
      drawNormal(noise.of("a")),
      drawNormal(noise.of("b")),
      drawNormal(noise.of("a")),
    ],
  };
  const { simulate } = leveled({ name: "three", thetaDim: 1, xDim: 3, levels: [level, level] });
  const n = 4000;
  const x = simulate(key(3), points(new Float64Array(n), 1));
  let product = 0;
  for (let i = 0; i < n; i++) {
    const [a, b, again] = row(x, i);
    assertEquals(again, a);
    product += a! * b! / n;
  }
  assert(Math.abs(product) < 4 / Math.sqrt(n), `${product}`);
});

Deno.test("leveled() refuses what cannot be", () => {
  const level: LevelDefinition = { simulate: () => [0] };
  const define = (change: object) => () => leveled({ ...WALK, levels: [level, level], ...change });
  assertThrows(define({ levels: [level] }), TypeError, "two levels at least: current number is 1");
  assertThrows(
    define({ levels: [level, { ...level, cost: 0 }] }),
    RangeError,
    'level 1 of "walk" as its cost must be a finite number > 0: current value is 0',
  );
  assertThrows(define({ xDim: 0 }), RangeError, "xDim");
  const { levels } = leveled({ ...WALK, levels: [level, { simulate: () => [1, 2] }] });
  assertThrows(() => levels[0]!.simulate(key(0), fromRows([[1, 2]])), TypeError, "theta must have 1 columns");
  assertThrows(
    () => levels[1]!.simulate(key(0), fromRows([[1]])),
    TypeError,
    'level 1 of "walk" as a row must have length 1: row 0 has length 2',
  );
});
