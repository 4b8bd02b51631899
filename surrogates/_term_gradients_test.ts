import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Batch,
  fromRows,
  initWeights,
  key,
  type Loss,
  type TrainState,
  type Weighting,
} from "@likely/core";
import { type BackendName, type Matrix, type Scalar, tf, useBackend } from "@likely/core/tensor";
import { BCE, SMALL } from "./_toy_test.ts";
import { tensorTrainStep } from "./tensor_train_step.ts";

const BACKENDS = ["cpu", "wasm"] satisfies BackendName[];
const ONE = { theta: { mean: [0], std: [1] }, x: { mean: [0], std: [1] } };
const BATCH: Batch = {
  theta: fromRows([[0.3], [-1], [0.8], [-1], [0.8], [0.3]]),
  x: fromRows([[1], [0.2], [-0.5]]),
  atoms: 2,
  score: fromRows([[0.5], [2], [-1]]),
};

/** The cross-entropy aided by the error of the slope. */
function aided(weighting: Weighting, judged: number = 0.5): Loss {
  return {
    ...BCE,
    aid: {
      terms: ["score"],
      weighting,
      judged,
      compute: (estimate, { theta, x, score }) =>
        tf.tidy(() => {
          const own = tf.slice(theta, [0, 0], score!.shape);
          const slope = tf.grad((at) => tf.sum(estimate(at as Matrix, x)))(own);
          return [tf.mean(tf.squaredDifference(slope, score!)) as Scalar];
        }),
    },
  };
}

function start(loss: Loss, state?: TrainState) {
  return tensorTrainStep({
    spec: SMALL,
    loss,
    scaling: ONE,
    state: state ?? { weights: initWeights(key(1), SMALL), steps: 0 },
  });
}

/** The gradient of the first step: ten times Adam's first moment. */
async function gradient(loss: Loss): Promise<{ g: number[]; state: TrainState; value: number }> {
  using train = start(loss);
  const value = await train.step(BATCH, 1e-3);
  const state = await train.state();
  return {
    g: Object.values(state.firstMoment!).flatMap(({ data }) => [...data].map((m) => 10 * m)),
    state,
    value,
  };
}

const NORM = { rule: "gradient_norm", every: 2, decay: 0.5, range: [1e-3, 1e3], over: "all" } as const;

for (const backend of BACKENDS) {
  Deno.test(`an aid adds its weighted gradient and leaves the loss as it is, on ${backend}`, async () => {
    await useBackend(backend);
    const alone = await gradient(BCE);
    const once = await gradient(aided({ rule: "fixed", weight: 1 }));
    const thrice = await gradient(aided({ rule: "fixed", weight: 3 }));
    assertEquals([once.value, thrice.value], [alone.value, alone.value]);
    assert(Math.hypot(...once.g.map((v, i) => v - alone.g[i]!)) > 1e-3, "the aid pulls");
    thrice.g.forEach((v, i) => assertAlmostEquals(v, alone.g[i]! + 3 * (once.g[i]! - alone.g[i]!), 2e-5));
  });

  Deno.test(`training is judged by the loss and a share of its aid, on ${backend}`, async () => {
    await useBackend(backend);
    const judge = async (judged: number) => {
      using train = start(aided({ rule: "fixed", weight: 3 }, judged));
      return await train.evaluate(BATCH);
    };
    const [alone, half, whole] = [await judge(0), await judge(0.5), await judge(1)];
    using plain = start(BCE);
    assertEquals(alone, await plain.evaluate(BATCH));
    assert(whole > alone + 0.1, "the aid counts");
    assertAlmostEquals(half, (alone + whole) / 2, 1e-6);
  });

  Deno.test(`gradient_norm weighs the aid to pull as hard as the loss, on ${backend}`, async () => {
    await useBackend(backend);
    const alone = await gradient(BCE);
    const once = await gradient(aided({ rule: "fixed", weight: 1 }));
    const adaptive = await gradient(aided(NORM));
    const aid = once.g.map((v, i) => v - alone.g[i]!);
    const weight = Math.hypot(...alone.g) / Math.hypot(...aid);
    assertAlmostEquals(adaptive.state.termWeights![1]! / weight, 1, 1e-4);
    adaptive.g.forEach((v, i) => assertAlmostEquals(v, alone.g[i]! + weight * aid[i]!, 2e-5));
    assertEquals(adaptive.value, alone.value);
  });

  Deno.test(`weights change every few steps and survive a restart, on ${backend}`, async () => {
    await useBackend(backend);
    using whole = start(aided(NORM));
    const seen: number[] = [];
    for (let step = 0; step < 4; step++) {
      await whole.step(BATCH, 1e-2);
      seen.push((await whole.state()).termWeights![1]!);
    }
    assertEquals(seen[0], seen[1]);
    assert(seen[1] !== seen[2]);
    assertEquals(seen[2], seen[3]);
    using first = start(aided(NORM));
    for (let step = 0; step < 3; step++) await first.step(BATCH, 1e-2);
    using second = start(aided(NORM), await first.state());
    await second.step(BATCH, 1e-2);
    assertEquals(await second.state(), await whole.state());
  });

  Deno.test(`steps with an aid leave no tensors behind, on ${backend}`, async () => {
    await useBackend(backend);
    using train = start(aided(NORM));
    await train.step(BATCH, 1e-3);
    const before = tf.memory().numTensors;
    for (let step = 0; step < 4; step++) await train.step(BATCH, 1e-3);
    assertEquals(tf.memory().numTensors, before);
  });
}
