import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  averagingRate,
  type Batch,
  drawNormal,
  foldIn,
  fromRows,
  initWeights,
  key,
  type Loss,
  type NetworkSpec,
  pairWithOthers,
  type Points,
  points,
  type Scaling,
  stream,
  type TrainState,
  type Weights,
} from "@likely/core";
import { type BackendName, type Matrix, tf, useBackend } from "@likely/core/tensor";
import { output } from "../tests/_reference_network.ts";
import { NETWORKS } from "./_networks_test.ts";
import { BCE, gaussian, SMALL } from "./_toy_test.ts";
import { tensorTrainStep } from "./tensor_train_step.ts";

const BACKENDS = ["cpu", "wasm"] satisfies BackendName[];
const ONE: Scaling = { theta: { mean: [0], std: [1] }, x: { mean: [0], std: [1] } };

function normalRows(seed: number, n: number, dim: number): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

/** A scaling that is not the identity. */
function someScaling({ thetaDim, xDim }: NetworkSpec): Scaling {
  const side = (dim: number) => ({
    mean: Array.from({ length: dim }, (_, j) => 0.1 * j),
    std: Array.from({ length: dim }, (_, j) => 1 + 0.2 * (j % 3)),
  });
  return { theta: side(thetaDim), x: side(xDim) };
}

/** The cross-entropy of a batch of two atoms, in float64. */
function referenceLoss(spec: NetworkSpec, weights: Weights, batch: Batch, scaling: Scaling): number {
  const standard = (rows: Points, side: "theta" | "x", i: number) =>
    Array.from(
      rows.data.subarray(i * rows.dim, (i + 1) * rows.dim),
      (value, j) => (value - scaling[side].mean[j]!) / scaling[side].std[j]!,
    );
  const n = batch.x.n;
  let sum = 0;
  for (let row = 0; row < 2 * n; row++) {
    const h = output(
      weights,
      spec,
      standard(batch.theta, "theta", row),
      standard(batch.x, "x", row % n),
    );
    sum += Math.log1p(Math.exp(row < n ? -h : h));
  }
  return sum / (2 * n);
}

/** Biases away from 0: rectified sums of nothing would have no slope there. */
function shifted(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.endsWith("bias") ? data.map((value) => value + 0.01) : data },
    ]),
  );
}

for (const backend of BACKENDS) {
  for (const [name, spec] of Object.entries(NETWORKS)) {
    Deno.test(`tensorTrainStep() has the gradient of every weight of ${name}, on ${backend}`, async () => {
      await useBackend(backend);
      const scaling = someScaling(spec);
      const weights = shifted(initWeights(key(3), spec));
      const batch = { theta: normalRows(4, 8, spec.thetaDim), x: normalRows(5, 4, spec.xDim), atoms: 2 };
      using train = tensorTrainStep({ spec, loss: BCE, scaling, state: { weights, steps: 0 } });
      const before = referenceLoss(spec, weights, batch, scaling);
      assertAlmostEquals(await train.evaluate(batch), before, 1e-6);
      assertAlmostEquals(await train.step(batch, 1e-3), before, 1e-6);
      // After one step the first moment is 0.1 times the gradient.
      const { firstMoment } = await train.state();
      for (const [path, { shape, data }] of Object.entries(weights)) {
        // Every seventh weight of the larger layers: each costs two passes in plain loops.
        for (let k = 0; k < data.length; k += data.length > 20 ? 7 : 1) {
          const moved = (by: number) => {
            // Float64 in the place of float32, for the sake of the differences.
            const values = Float64Array.from(data) as unknown as Float32Array;
            values[k]! += by;
            return referenceLoss(spec, { ...weights, [path]: { shape, data: values } }, batch, scaling);
          };
          const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
          assertAlmostEquals(firstMoment![path]!.data[k]! / 0.1, slope, 3e-6, `${path}[${k}]`);
        }
      }
    });
  }

  Deno.test(`tensorTrainStep() stopped and restarted goes on bit for bit, on ${backend}`, async () => {
    await useBackend(backend);
    const data = gaussian(key(0), 40);
    const rows = Uint32Array.from({ length: 40 }, (_, i) => i);
    const batches = Array.from({ length: 12 }, (_, t) => BCE.assemble(foldIn(key(1), t), data, rows));
    const run = async (state: TrainState, from: number, to: number) => {
      const plan = { spec: SMALL, loss: BCE, scaling: ONE, state, clipNorm: 0.05, average: 0.3 };
      using train = tensorTrainStep(plan);
      for (let t = from; t < to; t++) await train.step(batches[t]!, 1e-2 / (t + 1));
      return await train.state();
    };
    const start = { weights: initWeights(key(2), SMALL), steps: 0 };
    const whole = await run(start, 0, 12);
    for (const stop of [0, 1, 5, 11]) assertEquals(await run(await run(start, 0, stop), stop, 12), whole);
  });

  Deno.test(`tensorTrainStep() leaks no tensors, on ${backend}`, async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const state = { weights: initWeights(key(0), SMALL), steps: 0 };
    const batch = { theta: normalRows(1, 8, 1), x: normalRows(2, 4, 1), atoms: 2 };
    {
      using train = tensorTrainStep({
        spec: SMALL,
        loss: BCE,
        scaling: ONE,
        state,
        clipNorm: 1,
        average: 0.1,
      });
      const held = tf.memory().numTensors;
      for (let t = 0; t < 3; t++) await train.step(batch, 1e-3);
      await train.evaluate(batch);
      await train.state();
      assertEquals(tf.memory().numTensors, held);
    }
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("tensorTrainStep() averages weights and judges by the average", async () => {
  await useBackend("cpu");
  const plan = { spec: SMALL, loss: BCE, scaling: ONE, average: 0.25 };
  const batch = { theta: normalRows(1, 8, 1), x: normalRows(2, 4, 1), atoms: 2 };
  const weights = initWeights(key(0), SMALL);
  using train = tensorTrainStep({ ...plan, state: { weights, steps: 0 } });
  let mean = weights["trunk/0/weight"]!.data[1]!;
  for (let t = 1; t <= 5; t++) {
    await train.step(batch, 0.01);
    const { weights, average } = await train.state();
    mean += averagingRate(0.25, t) * (weights["trunk/0/weight"]!.data[1]! - mean);
    assertAlmostEquals(average!["trunk/0/weight"]!.data[1]!, mean, 1e-6);
  }
  const { average } = await train.state();
  using atMean = tensorTrainStep({ ...plan, state: { weights: average!, steps: 0 } });
  assertEquals(await train.evaluate(batch), await atMean.evaluate(batch));
});

Deno.test("tensorTrainStep() takes the steps of Adam", async () => {
  await useBackend("cpu");
  const weights = initWeights(key(0), SMALL);
  const data = gaussian(key(1), 50);
  const batch = pairWithOthers(key(2), data, Uint32Array.from({ length: 50 }, (_, i) => i), 2);
  using train = tensorTrainStep({ spec: SMALL, loss: BCE, scaling: ONE, state: { weights, steps: 0 } });
  const gradients: Float32Array[] = [];
  const states: TrainState[] = [];
  for (let t = 0; t < 20; t++) {
    await train.step(batch, 0.01);
    states.push(await train.state());
  }
  // The gradient of each step, from two first moments: m' = 0.9 m + 0.1 g.
  const path = "trunk/1/weight";
  states.forEach(({ firstMoment }, t) => {
    const last = t === 0 ? undefined : states[t - 1]!.firstMoment![path]!.data;
    gradients.push(firstMoment![path]!.data.map((m, k) => (m - 0.9 * (last?.[k] ?? 0)) / 0.1));
  });
  const theirs = tf.variable(tf.tensor1d(weights[path]!.data));
  const adam = tf.train.adam(0.01, 0.9, 0.999, 1e-8);
  for (const gradient of gradients) {
    adam.applyGradients([{ name: theirs.name, tensor: tf.tensor1d(gradient) }]);
  }
  const ours = states.at(-1)!.weights[path]!.data;
  theirs.dataSync().forEach((w, k) => assertAlmostEquals(ours[k]!, w, 2e-5));
  // Twenty steps of 0.01 went somewhere: the agreement is not that of weights that never moved.
  assert(ours.some((w, k) => Math.abs(w - weights[path]!.data[k]!) > 0.05));
  tf.dispose([theirs]);
  adam.dispose();
});

Deno.test("tensorTrainStep() rescales a gradient that is too long, and no other", async () => {
  await useBackend("cpu");
  const state = { weights: initWeights(key(0), SMALL), steps: 0 };
  const batch = { theta: normalRows(1, 8, 1), x: normalRows(2, 4, 1), atoms: 2 };
  const norm = async (clipNorm?: number) => {
    using train = tensorTrainStep({
      spec: SMALL,
      loss: BCE,
      scaling: ONE,
      state,
      ...(clipNorm !== undefined && { clipNorm }),
    });
    await train.step(batch, 1e-3);
    const { firstMoment } = await train.state();
    return Math.hypot(...Object.values(firstMoment!).flatMap(({ data }) => [...data])) / 0.1;
  };
  const free = await norm();
  assertAlmostEquals(await norm(free / 2), free / 2, 1e-6);
  assertAlmostEquals(await norm(free * 2), free, 1e-6);
});

Deno.test("tensorTrainStep() hands losses scores in standard units", async () => {
  await useBackend("cpu");
  const scaling = { theta: { mean: [5], std: [3] }, x: { mean: [0], std: [1] } };
  // The loss is the mean score itself; it touches no weight, which is no error.
  const loss: Loss = {
    name: "score",
    options: {},
    assemble: BCE.assemble,
    compute: (_estimate, { score }) => tf.mean(score as Matrix),
  };
  const state = { weights: initWeights(key(0), SMALL), steps: 0 };
  using train = tensorTrainStep({ spec: SMALL, loss, scaling, state });
  const batch = {
    theta: fromRows([[1], [2]]),
    x: fromRows([[0], [0]]),
    atoms: 1,
    score: fromRows([[1], [2]]),
  };
  assertAlmostEquals(await train.step(batch, 1), 4.5, 1e-6);
});

Deno.test("tensorTrainStep() differentiates a loss that itself holds a gradient in theta", async () => {
  await useBackend("cpu");
  const spec = NETWORKS["an mlp"]!;
  const weights = initWeights(key(0), spec);
  const loss: Loss = {
    name: "slope",
    options: {},
    assemble: BCE.assemble,
    compute: (estimate, { theta, x }) =>
      tf.tidy(() => tf.mean(tf.square(tf.grad((t) => tf.sum(estimate(t as Matrix, x)))(theta)))),
  };
  const scaling = someScaling(spec);
  const batch = {
    theta: normalRows(9, 4, 2),
    x: normalRows(10, 4, 12),
    atoms: 1,
  };
  const lossAt = async (by: number, path: string) => {
    const { shape, data } = weights[path]!;
    const moved = { ...weights, [path]: { shape, data: data.map((w, k) => k === 3 ? w + by : w) } };
    using train = tensorTrainStep({ spec, loss, scaling, state: { weights: moved, steps: 0 } });
    return await train.evaluate(batch);
  };
  using train = tensorTrainStep({ spec, loss, scaling, state: { weights, steps: 0 } });
  await train.step(batch, 1e-3);
  const { firstMoment } = await train.state();
  for (const path of ["trunk/0/weight", "trunk/1/weight", "trunk/out/weight"]) {
    const slope = (await lossAt(1e-2, path) - await lossAt(-1e-2, path)) / 2e-2;
    assertAlmostEquals(firstMoment![path]!.data[3]! / 0.1, slope, 2e-2 * Math.abs(slope) + 1e-6);
  }
});

Deno.test("tensorTrainStep() refuses weights of another spec", () => {
  const weights = initWeights(key(0), { ...SMALL, xDim: 2 });
  assertThrows(
    () => tensorTrainStep({ spec: SMALL, loss: BCE, scaling: ONE, state: { weights, steps: 0 } }),
    TypeError,
    "trunk/0/weight",
  );
});
