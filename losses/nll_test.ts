import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, row } from "@likely/core";
import { type Matrix, tf, useBackend } from "@likely/core/tensor";
import { nll } from "./nll.ts";

const theta = fromRows([[0.3], [-1], [0.8]]);
const x = fromRows([[1, 2], [0.2, 0], [-0.5, 7]]);
const DATA = { theta, x, failed: 0 };
const ROWS = new Uint32Array([2, 0]);

Deno.test("nll() is minus the mean of what the estimator gives each pair", async () => {
  await useBackend("cpu");
  const loss = nll();
  const batch = loss.assemble(key(0), DATA, ROWS);
  const source = { theta, thetaRows: ROWS, x, xRows: ROWS };
  assertEquals(batch, {
    theta: fromRows([[0.8], [0.3]]),
    x: fromRows([[-0.5, 7], [1, 2]]),
    atoms: 1,
    source,
  });
  const value = tf.tidy(() => {
    const [own, seen] = [tf.tensor2d([[0.8], [0.3]]), tf.tensor2d([[-0.5, 7], [1, 2]])];
    const estimate = (a: Matrix, b: Matrix) => tf.mul(a, tf.slice(b, [0, 1], [-1, 1])) as Matrix;
    return loss.compute(estimate, { theta: own, x: seen, atoms: 1 }).dataSync()[0]!;
  });
  assertAlmostEquals(value, -(0.8 * 7 + 0.3 * 2) / 2, 1e-6);
});

Deno.test("nll() blurs whole columns by a half each way, anew for every key, and no others", () => {
  const loss = nll({ whole: [1] });
  assertEquals(loss.options, { whole: "1" });
  const seen = [1, 2].map((seed) => loss.assemble(key(seed), DATA, ROWS).x);
  for (const rows of seen) {
    assertEquals([row(rows, 0)[0], row(rows, 1)[0]], [-0.5, 1]);
    assert(Math.abs(row(rows, 0)[1]! - 7) <= 0.5 && Math.abs(row(rows, 1)[1]! - 2) <= 0.5);
  }
  assert(row(seen[0]!, 0)[1] !== row(seen[1]!, 0)[1]);
  assertEquals(row(x, 2)[1], 7, "the data stay as they are");
  assertThrows(() => nll({ whole: [-1] }), RangeError, "a whole column");
});
