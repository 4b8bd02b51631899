import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key } from "@likely/core";
import { type Matrix, tf, useBackend } from "@likely/core/tensor";
import { bceScore } from "./bce_score.ts";

const theta = fromRows([[0.3], [-1], [0.8]]);
const x = fromRows([[1], [0.2], [-0.5]]);
const score = fromRows([[0.5], [2], [-1]]);
const data = { theta, x, score, failed: 0 };

/** h = sin(θ) x: its slope in θ is cos(θ) x. */
function estimate(theta: Matrix, x: Matrix): Matrix {
  return tf.mul(tf.transpose(tf.reshape(tf.sin(theta), [-1, x.shape[0]])), x) as Matrix;
}

Deno.test("bceScore() adds the scaled squared error of the slope to the cross-entropy", async () => {
  await useBackend("cpu");
  const loss = bceScore({ scale: [2], weight: 0.7 });
  const batch = loss.assemble(key(0), data, new Uint32Array([0, 1, 2]));
  assertEquals(batch.score, score);
  const value = tf.tidy(() =>
    loss.compute(estimate, {
      theta: tf.tensor2d([...batch.theta.data], [6, 1]),
      x: tf.tensor2d([...batch.x.data], [3, 1]),
      atoms: 2,
      score: tf.tensor2d([...score.data], [3, 1]),
    }).dataSync()[0]!
  );
  const t = batch.theta.data;
  let expected = 0;
  for (let i = 0; i < 3; i++) {
    const h = (k: number) => Math.sin(t[k]!) * x.data[i]!;
    expected += (Math.log1p(Math.exp(-h(i))) + Math.log1p(Math.exp(h(3 + i)))) / 6;
    expected += 0.7 * ((Math.cos(t[i]!) * x.data[i]! - score.data[i]!) / 2) ** 2 / 3;
  }
  assertAlmostEquals(value, expected, 1e-6);
});

Deno.test("bceScore() refuses data without scores and scales that are none", () => {
  const { score: _, ...without } = data;
  assertThrows(
    () => bceScore({ scale: [1] }).assemble(key(0), without, new Uint32Array([0, 1])),
    TypeError,
    "must have scores",
  );
  assertThrows(() => bceScore({ scale: [0] }), RangeError, "scale[0] must be");
  assertThrows(() => bceScore({ scale: [1], weight: -1 }), RangeError, "weight must be");
});
