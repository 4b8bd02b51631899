import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { combineLevels, type TelescopeMode } from "./telescope.ts";

const vector = (...values: number[]) => Float32Array.from(values);
const plus = (v: ArrayLike<number>, w: ArrayLike<number>, times = 1) =>
  Array.from(v, (x, i) => x + times * w[i]!);
const dot = (v: ArrayLike<number>, w: ArrayLike<number>) =>
  Array.from(v, (x, i) => x * w[i]!).reduce((a, b) => a + b, 0);

Deno.test("plain gradients telescope, whatever the number of levels", () => {
  const { combine, value, parts } = combineLevels("plain", { levels: 2 });
  assertEquals(parts, 5);
  const out = combine([vector(1, 1), vector(2, 0), vector(1, 1), vector(5, 7), vector(2, 0)]);
  assertEquals([...out], [5, 7]);
  assertEquals(value([1, 2, 1, 5, 2]), 5);
});

Deno.test("weighted gradients lie between the lowest level and the plain sum", () => {
  const at = (
    weight: number,
  ) => [
    ...combineLevels("weighted", { levels: 1 }, { weight }).combine([
      vector(1, 2),
      vector(5, 5),
      vector(3, 1),
    ]),
  ];
  assertEquals(at(0), [1, 2]);
  assertEquals(at(1), [3, 6]);
  assertEquals(at(0.5), [2, 4]);
});

Deno.test("control variates by one are the plain sum, by zero the highest level alone", () => {
  const parts = () => [vector(1, 0), vector(2, 5), vector(3, 3), vector(7, 1), vector(2, 2)];
  const by = (
    beta: number[],
  ) => [...combineLevels("control_variate", { levels: 2 }, { beta }).combine(parts())];
  assertEquals(by([1, 1]), [...combineLevels("plain", { levels: 2 }).combine(parts())]);
  assertEquals(by([0.3, 0]), [7, 1]);
  // g₁ = p₁ + β₁ (a − c₁), g₂ = p₂ + β₂ (g₁ − c₂).
  const first = plus([2, 5], plus([1, 0], [3, 3], -1), 0.5);
  assertEquals(by([0.5, 0.25]), plus([7, 1], plus(first, [2, 2], -1), 0.25));
});

/** Rescaled and projected parts, as the definition says, in float64. */
function byDefinition(a: number[], p: number[], c: number[]) {
  const size = (v: number[]) => Math.sqrt(dot(v, v));
  const m = c.map((x) => -x * size(p) / (size(c) + 1e-8));
  const g = plus(p, m);
  const product = dot(a, g);
  const own = product < 0 ? plus(a, g, -product / dot(g, g)) : a;
  const other = product < 0 ? plus(g, a, -product / dot(a, a)) : g;
  return { m, own, other, g };
}

Deno.test("the published rule rescales to the fine half and projects conflicts away, in place of neither", () => {
  const [a, p, c] = [[1, 0.2, -1], [-0.5, 2, 0.4], [1.5, 0.1, -0.6]];
  const { m, own, other, g } = byDefinition(a!, p!, c!);
  assertAlmostEquals(Math.sqrt(dot(m, m)), Math.sqrt(dot(p!, p!)), 1e-7);
  assert(dot(a!, g) < 0, "they are in conflict");
  assertAlmostEquals(dot(own, g), 0, 1e-12);
  assertAlmostEquals(dot(other, a!), 0, 1e-12);
  const found = combineLevels("paper", { levels: 1 }).combine([vector(...a!), vector(...p!), vector(...c!)]);
  plus(own, other).forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-6));
  const along = combineLevels("paper", { levels: 1 }).combine([vector(1, 0), vector(1, 1), vector(0, 1)]);
  const apart = byDefinition([1, 0], [1, 1], [0, 1]);
  assert(dot([1, 0], apart.g) >= 0);
  plus([1, 0], apart.g).forEach((value, i) => assertAlmostEquals(along[i]!, value, 1e-6));
});

/** Where descent ends on two quadratics: the fine one is least at (2, 1), the coarse one at (0, 0). */
function end(mode: TelescopeMode, start: number[]): number[] {
  const fine = (at: number[]) => [at[0]! - 2, 3 * (at[1]! - 1)];
  const coarse = (at: number[]) => [2 * at[0]!, at[1]!];
  const { combine } = combineLevels(mode, { levels: 1 });
  let at = start;
  for (let i = 0; i < 40_000; i++) {
    const g = combine([coarse(at), fine(at), coarse(at)].map((v) => Float32Array.from(v)));
    at = plus(at, g, -0.002);
  }
  return at;
}

Deno.test("the plain sum ends where the fine level is least, the published rule where the levels are opposed", () => {
  for (const start of [[4, 4], [-3, 2], [0.5, -2]]) {
    end("plain", start).forEach((value, j) => assertAlmostEquals(value, [2, 1][j]!, 1e-3));
    const [x, y] = end("paper", start);
    const [fine, coarse] = [[x! - 2, 3 * (y! - 1)], [2 * x!, y!]];
    const cosine = dot(fine, coarse) / Math.sqrt(dot(fine, fine) * dot(coarse, coarse));
    // Opposed, or at the fine optimum itself: a Pareto point either way.
    const isLeast = Math.hypot(...fine) < 0.02;
    assert(isLeast || cosine < -0.98, `${x}, ${y}: ${cosine}`);
  }
  const ends = [[4, 4], [-3, 2], [0.5, -2]].map((start) => end("paper", start));
  const apart = Math.max(...ends.map((one) => Math.hypot(one[0]! - ends[0]![0]!, one[1]! - ends[0]![1]!)));
  assert(apart > 0.05 || ends.some(([x, y]) => Math.hypot(x! - 2, y! - 1) > 0.05), `${ends}`);
});

Deno.test("a coarse half is no longer than so many times what it stands for", () => {
  const parts = () => [vector(3, 4), vector(1, 0), vector(0, 30), vector(0, 2), vector(9, 0)];
  const of = (cap: number) => [...combineLevels("plain", { levels: 2 }, { cap }).combine(parts())];
  assertEquals(of(Infinity), [3 + 1 - 0 + 0 - 9, 4 + 0 - 30 + 2 - 0]);
  // 30 becomes twice |(3, 4)|, and 9 twice |(1, 0)|.
  assertEquals(of(2), [3 + 1 - 2, 4 - 10 + 2]);
  const { combine } = combineLevels("plain", { levels: 2 }, { kept: [0.5, 0] });
  assertEquals([...combine(parts())], [3 + 1, 4 - 15 + 2]);
});

Deno.test("combineLevels() refuses no levels and weights beyond one", () => {
  assertThrows(() => combineLevels("plain", { levels: 0 }), RangeError, "levels must be a whole number >= 1");
  assertThrows(() => combineLevels("weighted", { levels: 1 }, { weight: 1.5 }), RangeError, "weight");
  assertThrows(() => combineLevels("plain", { levels: 1 }, { cap: 0 }), RangeError, "cap");
});
