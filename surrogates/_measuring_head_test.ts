import { assert, assertAlmostEquals } from "@std/assert";
import type { AbsoluteHead } from "@likely/core";
import { type Matrix, type Tensor, tf, useBackend } from "@likely/core/tensor";
import { sigmoid } from "../tests/_float64.ts";
import { measure } from "./_measuring_head.ts";

await useBackend("cpu");

const HEAD: AbsoluteHead = { kind: "absolute", weights: [1] };

/** One column, from its centre and what the trunk says of its scale. */
function cost(centre: Matrix, others: Matrix, x: Matrix): Matrix {
  const outputs = tf.concat([centre, others], 1) as Matrix;
  return measure(HEAD, { outputs, line: tf.zerosLike(centre), atoms: 1, seen: x });
}

/** E|y − x| of logistic y around m, by the trapezoidal rule. */
function logisticMean(away: number, scale: number): number {
  let sum = 0;
  for (let u = -40; u <= 40; u += 0.01) {
    sum += Math.abs(away + scale * u) * sigmoid(u) * sigmoid(-u) * 0.01;
  }
  return sum;
}

Deno.test("measure() gives the expected absolute difference from logistic noise", () => {
  const aways = [-7, -1, -0.2, 0, 0.3, 2, 50];
  for (const scale of [0.05, 0.4, 3]) {
    const others = Math.log(Math.expm1(scale));
    const column = (values: number[]) => tf.tensor2d(values, [aways.length, 1]);
    const found = tf.tidy(() =>
      cost(column(aways), column(aways.map(() => others)), column([0, 0, 0, 0, 0, 0, 0]))
    )
      .dataSync();
    aways.forEach((away, i) => {
      assertAlmostEquals(found[i]!, logisticMean(away, scale), 2e-5 * Math.max(1, Math.abs(away)), `${away}`);
    });
  }
});

Deno.test("measure() is the plain absolute difference where nothing is left to chance", () => {
  const [away, others] = [tf.tensor2d([[-2], [0], [1e-3], [1e4]]), tf.fill([4, 1], -1e4) as Matrix];
  const total = (m: Tensor, u: Tensor) => tf.sum(cost(m as Matrix, u as Matrix, tf.zeros([4, 1]))) as never;
  const found = cost(away, others, tf.zeros([4, 1])).dataSync();
  [2, 0, 1e-3, 1e4].forEach((size, i) => assertAlmostEquals(found[i]!, size, 2e-6));
  const [byCentre, byScale] = tf.grads(total)([away, others]);
  [-1, 0, 1, 1].forEach((slope, i) => assertAlmostEquals(byCentre!.dataSync()[i]!, slope, 1e-6));
  assert(byScale!.dataSync().every((slope) => slope === 0));
});
