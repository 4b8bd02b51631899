import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, points, split } from "@likely/core";
import { bce } from "./bce.ts";
import { refreshed } from "./refreshed.ts";
import { scoreAugmented } from "./score_augmented.ts";

// Row i has θ in [i, i + 1); variant v of it is i + v / 10, its score the negative of that.
const [n, variants] = [6, 4];
const theta = points(
  Float64Array.from({ length: n * variants }, (_, k) => k % n + Math.floor(k / n) / 10),
  1,
);
const pairs = { theta, score: points(theta.data.map((value) => -value), 1), variants, acceptance: 1 };
const x = points(Float64Array.from({ length: n }, (_, i) => 100 * i), 1);
const data = { theta: points(theta.data.slice(0, n), 1), x, failed: 0 };
const rows = new Uint32Array([4, 0, 2, 5]);
const loss = refreshed(scoreAugmented(bce(), { scale: [1] }), pairs);

Deno.test("every x meets a variant of its own θ, with its score, and a variant of another row's", () => {
  const { theta, x, score } = loss.assemble(key(1), data, rows);
  assertEquals(x.data, new Float64Array([400, 0, 200, 500]));
  assertEquals(Array.from(theta.data.subarray(0, 4), Math.floor), [4, 0, 2, 5]);
  assertEquals(score!.data, theta.data.slice(0, 4).map((value) => -value));
  const others = Array.from(theta.data.subarray(4), Math.floor);
  assertEquals(others.toSorted(), [0, 2, 4, 5]);
  assert(others.every((other, k) => other !== rows[k]));
});

Deno.test("variants are drawn anew in every minibatch, each as often as the others", () => {
  const counts = new Array<number>(variants).fill(0);
  const batches = 500;
  for (const one of split(key(2), batches)) {
    const { theta } = loss.assemble(one, data, rows);
    theta.data.subarray(0, 4).forEach((value) => counts[Math.round(10 * (value % 1))]!++);
  }
  const expected = batches * 4 / variants;
  const deviation = Math.sqrt(expected * (1 - 1 / variants));
  assert(counts.every((count) => Math.abs(count - expected) < 4 * deviation), `${counts}`);
  assertEquals(loss.assemble(key(3), data, rows), loss.assemble(key(3), data, rows));
});

Deno.test("name, formula and options stay, so that engines know the loss; variants tell runs apart", () => {
  const inner = scoreAugmented(bce(), { scale: [1] });
  assertEquals(loss.name, inner.name);
  assertEquals(loss.options, { ...inner.options, variants: 4 });
});

Deno.test("pairs of other data are refused", () => {
  const fewer = { theta: fromRows([[0]]), x: fromRows([[0]]), failed: 0 };
  assertThrows(() => loss.assemble(key(0), fewer, new Uint32Array([0])), TypeError, "4 for each of 1 rows");
});
