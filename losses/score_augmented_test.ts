import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, type Loss } from "@likely/core";
import { type Matrix, type Scalar, tf, useBackend } from "@likely/core/tensor";
import { bce } from "./bce.ts";
import { nreC } from "./nre_c.ts";
import { scoreAugmented } from "./score_augmented.ts";

const theta = fromRows([[0.3, 1], [-1, 0.4], [0.8, -0.6]]);
const x = fromRows([[1], [0.2], [-0.5]]);
const score = fromRows([[0.5, 0.1], [2, -1], [-1, 3]]);
const data = { theta, x, score, failed: 0 };
const scale = [2, 0.5];

/** h = sin(θ₀) x + θ₁² x: its slope in θ is (cos(θ₀) x, 2 θ₁ x). */
function estimate(theta: Matrix, x: Matrix): Matrix {
  const [first, second] = tf.split(theta, 2, 1);
  const of = tf.reshape(tf.add(tf.sin(first!), tf.square(second!)), [-1, x.shape[0]]);
  return tf.mul(tf.transpose(of), x) as Matrix;
}

/** Terms of the aid on all three rows, in order. */
function termsOf(loss: Loss): number[] {
  const batch = loss.assemble(key(0), data, new Uint32Array([0, 1, 2]));
  const on = (rows: typeof theta) => tf.tensor2d([...rows.data], [rows.n, rows.dim]);
  return tf.tidy(() =>
    loss.aid!.compute(estimate, {
      theta: on(batch.theta),
      x: on(batch.x),
      atoms: batch.atoms,
      score: on(batch.score!),
    }).map((term: Scalar) => term.dataSync()[0]!)
  );
}

/** Mean squared scaled error of the slope in θⱼ over the first m rows, in float64. */
function expected(j: number, m: number): number {
  let sum = 0;
  for (let i = 0; i < m; i++) {
    const [a, b] = theta.data.subarray(2 * i, 2 * i + 2);
    const slope = j === 0 ? Math.cos(a!) * x.data[i]! : 2 * b! * x.data[i]!;
    sum += ((slope - score.data[2 * i + j]!) / scale[j]!) ** 2;
  }
  return sum / m;
}

Deno.test("the score term is the mean scaled squared error of the slope at each row's own θ", async () => {
  await useBackend("cpu");
  const all = (expected(0, 3) + expected(1, 3)) / 2;
  assertAlmostEquals(termsOf(scoreAugmented(bce(), { scale }))[0]!, all, 1e-5);
  assertAlmostEquals(termsOf(scoreAugmented(nreC({ classes: 2 }), { scale }))[0]!, all, 1e-5);
});

Deno.test("perCoordinate gives every coordinate a term", async () => {
  await useBackend("cpu");
  const loss = scoreAugmented(bce(), { scale, perCoordinate: true });
  assertEquals(loss.aid!.terms, ["score0", "score1"]);
  termsOf(loss).forEach((term, j) => assertAlmostEquals(term, expected(j, 3), 1e-5));
});

Deno.test("fraction uses the scores of the first rows of a minibatch alone, at least one", async () => {
  await useBackend("cpu");
  const half = scoreAugmented(bce(), { scale, fraction: 0.5 });
  assertAlmostEquals(termsOf(half)[0]!, (expected(0, 2) + expected(1, 2)) / 2, 1e-5);
  const least = scoreAugmented(bce(), { scale, fraction: 1e-3 });
  assertAlmostEquals(termsOf(least)[0]!, (expected(0, 1) + expected(1, 1)) / 2, 1e-5);
});

Deno.test("the aided loss keeps the formula, the pairs and the options of the loss", async () => {
  await useBackend("cpu");
  const [base, loss] = [
    nreC({ classes: 2, gamma: 3 }),
    scoreAugmented(nreC({ classes: 2, gamma: 3 }), { scale }),
  ];
  const rows = new Uint32Array([2, 0, 1]);
  const { score: _, ...pairs } = loss.assemble(key(5), data, rows);
  assertEquals(pairs, base.assemble(key(5), data, rows));
  assertEquals(loss.name, "nre_c_score");
  assertEquals({ ...loss.options, ...base.options }, loss.options);
  assertEquals(loss.options.tau1, 0.5);
});

Deno.test("scoreAugmented() refuses data without scores and options that cannot be", () => {
  const { score: _, ...without } = data;
  assertThrows(
    () => scoreAugmented(bce(), { scale }).assemble(key(0), without, new Uint32Array([0, 1])),
    TypeError,
    "must have them",
  );
  assertThrows(() => scoreAugmented(bce(), { scale: [0] }), RangeError, "scale[0] must be");
  assertThrows(() => scoreAugmented(bce(), { scale, weight: -1 }), RangeError, "weight must be");
  assertThrows(() => scoreAugmented(bce(), { scale, fraction: 0 }), RangeError, "fraction must be");
  const weight = (change: object) => ({ scale, weight: { rule: "gradient_norm" as const, ...change } });
  assertThrows(() => scoreAugmented(bce(), weight({ every: 0 })), RangeError, "every must be");
  assertThrows(() => scoreAugmented(bce(), weight({ decay: 1 })), RangeError, "decay must be");
  assertThrows(() => scoreAugmented(bce(), weight({ range: [2, 1] })), RangeError, "range must rise");
});
