import { assert, assertEquals, assertThrows } from "@std/assert";
import { foldIn, key } from "./key.ts";
import { pairWithOthers } from "./pair_with_others.ts";
import { points } from "./points.ts";

/** θ of row i is (i, −i), x is 10 i. */
function numbered(n: number) {
  return {
    theta: points(Float64Array.from({ length: 2 * n }, (_, k) => k % 2 ? -(k >> 1) : k >> 1), 2),
    x: points(Float64Array.from({ length: n }, (_, i) => 10 * i), 1),
    failed: 0,
  };
}

Deno.test("pairWithOthers() gives each x its own theta first, then those of other rows, all different", () => {
  const rows = new Uint32Array([5, 1, 8, 3]);
  const { theta, x, atoms } = pairWithOthers(key(0), numbered(10), rows, 4);
  assertEquals([theta.n, theta.dim, atoms], [16, 2, 4]);
  assertEquals([...x.data], [50, 10, 80, 30]);
  rows.forEach((row, i) => {
    const met = [0, 1, 2, 3].map((a) => theta.data[(a * 4 + i) * 2]!);
    assertEquals(met[0], row);
    assertEquals(met.toSorted(), [1, 3, 5, 8]);
    assertEquals(theta.data[(4 + i) * 2 + 1], -met[1]!);
  });
});

Deno.test("pairWithOthers() meets every other row equally often", () => {
  const rows = Uint32Array.from({ length: 5 }, (_, i) => i);
  const data = numbered(5);
  const counts = new Float64Array(25);
  const draws = 4000;
  for (let k = 0; k < draws; k++) {
    const { theta } = pairWithOthers(foldIn(key(1), k), data, rows, 2);
    for (let i = 0; i < 5; i++) counts[i * 5 + theta.data[(5 + i) * 2]!]!++;
  }
  // Binomial(4000, 1/4): standard error 27.4.
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      const expected = i === j ? 0 : draws / 4;
      assert(
        Math.abs(counts[i * 5 + j]! - expected) <= 4.5 * 27.4,
        `${i} met ${j} ${counts[i * 5 + j]} times`,
      );
    }
  }
});

Deno.test("pairWithOthers() refuses a single row and more partners than there are", () => {
  assertThrows(() => pairWithOthers(key(0), numbered(3), new Uint32Array([1]), 2), RangeError, "[1, 1]");
  assertThrows(() => pairWithOthers(key(0), numbered(3), new Uint32Array([0, 1]), 3), RangeError, "atoms");
});

Deno.test("pairWithOthers() meets failed parameters as often as simulations fail, never as its own", () => {
  const rows = Uint32Array.from({ length: 200 }, (_, i) => i);
  const failedTheta = points(new Float64Array([-1000, -1000, -2000, -2000]), 2);
  const data = { ...numbered(300), failed: 100, failedTheta };
  let [met, second, draws] = [0, 0, 0];
  for (let k = 0; k < 50; k++) {
    const { theta } = pairWithOthers(foldIn(key(4), k), data, rows, 3);
    rows.forEach((row, i) => assertEquals(theta.data[2 * i], row));
    for (let i = rows.length; i < theta.n; i++, draws++) {
      if (theta.data[2 * i]! > -1000) continue;
      met++;
      if (theta.data[2 * i] === -2000) second++;
    }
  }
  // A quarter of 20,000, and half of those; 4 standard errors.
  assert(Math.abs(met / draws - 1 / 4) < 4 * Math.sqrt(3 / 16 / draws), `${met / draws}`);
  assert(Math.abs(second / met - 1 / 2) < 4 * Math.sqrt(1 / 4 / met), `${second / met}`);
});
