import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawNormal, fromRows, key, points, type Simulator, simulator } from "@likely/core";
import { type Matrix, tf, useBackend, type Vector } from "@likely/core/tensor";
import { automaticScore } from "./automatic_score.ts";

const WIDTH = 6;

// An autoregression from 0 with innovations of standard deviation exp(θ₂): its score is known.
const walk: Simulator = simulator({
  name: "autoregression",
  thetaDim: 2,
  xDim: WIDTH,
  simulate: (random, [slope, logSd]) => {
    let last = 0;
    return Array.from({ length: WIDTH }, () => last = slope! * last + Math.exp(logSd!) * drawNormal(random));
  },
});

function tensorLogLikelihood(theta: Matrix, x: Matrix): Vector {
  const [slope, logSd] = [tf.slice(theta, [0, 0], [-1, 1]), tf.slice(theta, [0, 1], [-1, 1])];
  const before = tf.concat([tf.zerosLike(slope), tf.slice(x, [0, 0], [-1, WIDTH - 1])], 1);
  const noise = tf.div(tf.sub(x, tf.mul(slope, before)), tf.exp(logSd));
  const constant = tf.add(tf.mul(WIDTH, tf.squeeze(logSd, [1])), WIDTH / 2 * Math.log(2 * Math.PI));
  return tf.sub(tf.mul(-0.5, tf.sum(tf.square(noise), 1)), constant) as Vector;
}

function exact([slope, logSd]: ArrayLike<number> & Iterable<number>, x: ArrayLike<number>) {
  const out = { value: 0, score: [0, 0] as [number, number] };
  for (let t = 0; t < WIDTH; t++) {
    const before = t > 0 ? x[t - 1]! : 0;
    const noise = (x[t]! - slope! * before) / Math.exp(logSd!);
    out.value -= noise * noise / 2 + logSd! + Math.log(2 * Math.PI) / 2;
    out.score[0] += noise * before / Math.exp(logSd!);
    out.score[1] += noise * noise - 1;
  }
  return out;
}

const THETA = fromRows([[0.5, 0], [-0.3, 1], [0.9, -1], [0, 0.2], [1.1, 0.4]]);

Deno.test("automaticScore() has the score of an autoregression to float32, in turns of any size", async () => {
  await useBackend("cpu");
  const x = walk.simulate(key(1), THETA);
  const scored = automaticScore(walk, tensorLogLikelihood, { batchRows: 2 });
  const before = tf.memory().numTensors;
  const [scores, logs] = [scored.score!(THETA, x), scored.logLikelihood!(THETA, x)];
  assertEquals(tf.memory().numTensors, before);
  for (let i = 0; i < THETA.n; i++) {
    const truth = exact(THETA.data.subarray(2 * i, 2 * i + 2), x.data.subarray(WIDTH * i, WIDTH * (i + 1)));
    assertAlmostEquals(logs[i]!, truth.value, 1e-5 * (1 + Math.abs(truth.value)));
    truth.score.forEach((value, j) =>
      assertAlmostEquals(scores.data[2 * i + j]!, value, 1e-5 * (1 + Math.abs(value)))
    );
  }
});

Deno.test("automaticScore() draws what the simulator draws, and has scores of mean 0", async () => {
  await useBackend("cpu");
  const scored = automaticScore(walk, tensorLogLikelihood);
  const n = 5000;
  const theta = points(Float64Array.from({ length: 2 * n }, (_, k) => [0.6, 0.3][k % 2]!), 2);
  const x = scored.simulate(key(2), theta, 7);
  assertEquals(x, walk.simulate(key(2), theta, 7));
  const { data } = scored.score!(theta, x);
  for (let j = 0; j < 2; j++) {
    const values = Array.from({ length: n }, (_, i) => data[2 * i + j]!);
    const mean = values.reduce((a, b) => a + b) / n;
    const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / n;
    assert(Math.abs(mean) < 4 * error, `${mean} ± ${error}`);
  }
});

Deno.test("automaticScore() keeps a log-likelihood and replaces scores", async () => {
  await useBackend("cpu");
  const known: Simulator = {
    ...walk,
    logLikelihood: (theta) => new Float64Array(theta.n).fill(42),
    simulateScored: (key, theta) => ({ x: walk.simulate(key, theta), score: theta }),
  };
  const scored = automaticScore(known, tensorLogLikelihood);
  assertEquals(scored.logLikelihood!(THETA, walk.simulate(key(1), THETA))[0], 42);
  assertEquals(scored.simulateScored, undefined);
});

Deno.test("automaticScore() refuses rows and log densities of the wrong shape", async () => {
  await useBackend("cpu");
  const x = walk.simulate(key(1), THETA);
  const scored = automaticScore(walk, tensorLogLikelihood);
  assertThrows(() => scored.score!(THETA, points(x.data, 3)), TypeError, "x must have 6 columns");
  const total = automaticScore(walk, (theta) => tf.sum(theta) as never);
  assertThrows(() => total.score!(THETA, x), TypeError, "must return shape [5]: current shape is []");
  assertThrows(() => automaticScore(walk, tensorLogLikelihood, { batchRows: 0 }), RangeError, "batchRows");
});
