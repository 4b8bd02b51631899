import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Dataset, drawUniform, fromRows, gatherRows, key, stream } from "@likely/core";
import { type Matrix, tf, useBackend } from "@likely/core/tensor";
import { squaredError } from "./squared_error.ts";

const DATA: Dataset = { theta: fromRows([[1], [2], [3]]), x: fromRows([[1], [4], [9]]), failed: 0 };
const ROWS = new Uint32Array([0, 1, 2]);

Deno.test("squaredError() is the mean square of what is missing, and so is its gradient", async () => {
  await useBackend("cpu");
  const guesses = [0.5, -1, 2];
  const targets = [1, 1, 4];
  const loss = squaredError({
    assemble: (_key, { theta, x }) => ({ theta, x, atoms: 1, target: Float64Array.from(targets) }),
  });
  const { value, grad } = tf.valueAndGrad((h) =>
    loss.compute(() => h as Matrix, {
      theta: tf.zeros([3, 1]),
      x: tf.zeros([3, 1]),
      atoms: 1,
      target: tf.tensor1d(targets),
    })
  )(tf.tensor2d(guesses, [3, 1]));
  assertAlmostEquals(value.dataSync()[0]!, (0.25 + 4 + 4) / 3, 1e-6);
  // d/dh of (h − t)² / 3.
  const expected = guesses.map((h, i) => 2 * (h - targets[i]!) / 3);
  grad.dataSync().forEach((g, i) => assertAlmostEquals(g, expected[i]!, 1e-6));
});

Deno.test("squaredError() takes targets that are drawn anew for every minibatch", () => {
  const loss = squaredError({
    // How far each x lies from a random point.
    assemble: (key, data, rows) => {
      const random = stream(key);
      const x = gatherRows(data.x, rows).data.map(() => drawUniform(random, 0, 1));
      const target = x.map((point, i) => Math.abs(point - data.x.data[rows[i]!]!));
      return {
        theta: gatherRows(data.theta, rows),
        x: { data: x, n: rows.length, dim: 1 },
        atoms: 1,
        target,
      };
    },
  });
  const [one, same, other] = [0, 0, 1].map((seed) => loss.assemble(key(seed), DATA, ROWS));
  assertEquals(one, same);
  assert(one!.target![0] !== other!.target![0]);
});

Deno.test("squaredError() refuses a minibatch without a target for every row", () => {
  const loss = squaredError({ assemble: (_key, { theta, x }) => ({ theta, x, atoms: 1 }) });
  assertThrows(() => loss.assemble(key(0), DATA, ROWS), TypeError, "0 targets");
});
