import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { key } from "@likely/core";
import { type Curve, falling, multiplier } from "./_score_multiplier.ts";

// Errors of one key that fall as 1 / √n.
const curve = (sizes: readonly number[], times = 1): Curve =>
  new Map(sizes.map((n) => [n, [times / Math.sqrt(n)]]));

Deno.test("half the error of a curve that falls as the root of n is worth four times the data", () => {
  const plain = curve([1000, 3000, 10_000, 30_000]);
  const { value, bound, interval } = multiplier(key(0), plain, curve([3000], 0.5), 3000);
  assertAlmostEquals(value, 4, 1e-9);
  assertEquals([bound, interval], [undefined, undefined]);
});

Deno.test("what plain training never reached, or always did, is a bound", () => {
  const { value, bound } = multiplier(key(0), curve([1000, 30_000]), curve([3000], 0.1), 3000);
  assertEquals([value, bound], [10, ">"]);
  assertEquals(multiplier(key(0), curve([1000, 30_000]), curve([3000], 9), 3000).bound, "<");
});

Deno.test("neighbours that rise are pooled, and of equals the smallest size counts", () => {
  assertEquals(falling([5, 1, 3, 3, 1]), [5, 7 / 3, 7 / 3, 7 / 3, 1]);
  const flat: Curve = new Map([[1000, [2]], [10_000, [1]], [100_000, [1]]]);
  assertAlmostEquals(multiplier(key(0), flat, new Map([[1000, [1]]]), 1000).value, 10, 1e-9);
});

Deno.test("the interval holds the value and is as wide as keys differ", () => {
  const noisy = (times: number): Curve =>
    new Map(
      [1000, 10_000, 100_000].map((n) => [n, [0.9, 0.95, 1, 1.05, 1.1].map((z) => z * times / Math.sqrt(n))]),
    );
  const { value, interval } = multiplier(key(0), noisy(1), noisy(0.5), 1000);
  assertAlmostEquals(value, 4, 1e-9);
  assert(interval![0] > 2.5 && interval![0] < 4 && interval![1] > 4 && interval![1] < 6, `${interval}`);
});
