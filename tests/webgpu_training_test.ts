// The training loop on a GPU: several steps at a time, and a device that is lost on the way.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Dataset,
  DeviceLostError,
  type Engine,
  firstOf,
  foldIn,
  initWeights,
  key,
  points,
} from "@likely/core";
import { fusedEngine, webgpuEngine } from "@likely/kernels";
import { nll, nreC } from "@likely/losses";
import { defaultEngine } from "@likely/recipes";
import { train, type TrainOptions } from "@likely/surrogates";
import { normalRows } from "../kernels/_cases_test.ts";
import { openGpu } from "../kernels/_gpu_device.ts";
import { webgpuTest } from "../kernels/_webgpu_test.ts";

const theta = normalRows(key(0), 600, 2);
const noise = normalRows(key(1), 600, 3);
const x = points(noise.data.map((e, k) => 0.5 * e + theta.data[2 * Math.floor(k / 3) + k % 2]!), 3);
const DATA: Dataset = { theta, x, failed: 0 };

const RATIO = {
  spec: {
    kind: "network",
    thetaDim: 2,
    xDim: 3,
    trunk: { kind: "mlp", hidden: [16, 16], activation: "silu" },
    head: { kind: "linear" },
  },
  loss: nreC({ classes: 3 }),
  batchSize: 25,
  maxEpochs: 4,
  learningRate: 2e-3,
} as const satisfies Omit<TrainOptions, "engine">;

const DENSITY = {
  ...RATIO,
  spec: {
    kind: "maf",
    thetaDim: 2,
    xDim: 3,
    target: "theta",
    transforms: 2,
    hidden: [10],
    activation: "tanh",
  },
  loss: nll(),
} as const satisfies Omit<TrainOptions, "engine">;

webgpuTest("training on WebGPU follows the fused engine, epoch by epoch", async () => {
  for (const options of [RATIO, DENSITY]) {
    const ours = await train(key(2), DATA, { ...options, engine: webgpuEngine() });
    const theirs = await train(key(2), DATA, { ...options, engine: fusedEngine() });
    assert(ours.engine.startsWith("webgpu ("));
    assertEquals(ours.steps, theirs.steps);
    for (const side of ["train", "validation"] as const) {
      ours.history[side].forEach((loss, k) => assertAlmostEquals(loss, theirs.history[side][k]!, 2e-3));
    }
    const [first, last] = [ours.history.validation[0]!, ours.history.validation.at(-1)!];
    assert(last < first, `it learns: ${first} to ${last}`);
  }
});

/** An engine whose device is lost as soon as the training loop has seen so many epochs. */
async function losing(after: number, next: Engine): Promise<Pick<TrainOptions, "engine" | "onProgress">> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  return {
    engine: firstOf([webgpuEngine({ device }), next]),
    onProgress: ({ epoch }) => {
      if (epoch === after) device.destroy();
    },
  };
}

webgpuTest("training goes on from its last checkpoint when the device is lost, and says so", async () => {
  const calm = await train(key(2), DATA, { ...RATIO, engine: fusedEngine() });
  const shaken = await train(key(2), DATA, { ...RATIO, ...await losing(2, fusedEngine()) });
  // 540 rows are 21 batches.
  assert(/^webgpu \(.*\), lost after 42 steps, then fused/.test(shaken.engine), shaken.engine);
  assertEquals(shaken.steps, calm.steps);
  assertEquals(shaken.history.train.length, 4);
  shaken.history.validation.forEach((loss, k) => assertAlmostEquals(loss, calm.history.validation[k]!, 2e-3));
});

webgpuTest("training starts anew where a device is lost before its first checkpoint", async () => {
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const gpu = webgpuEngine({ device });
  let steps = 0;
  const engine: Engine = {
    ...gpu,
    trainStep: async (plan) => {
      const step = await gpu.trainStep(plan);
      return {
        name: step.name,
        ahead: 2,
        step: (batch, rate) => {
          if (++steps === 5) device.destroy();
          return step.step(batch, rate);
        },
        evaluate: (batch) => step.evaluate(batch),
        state: () => step.state(),
        [Symbol.dispose]: () => step[Symbol.dispose](),
      };
    },
  };
  const trained = await train(key(2), DATA, { ...RATIO, engine: firstOf([engine, fusedEngine()]) });
  assert(trained.engine.includes("lost after 0 steps, then fused"), trained.engine);
  assertEquals(trained.history, (await train(key(2), DATA, { ...RATIO, engine: fusedEngine() })).history);
});

webgpuTest("training ends where every device is lost", async () => {
  const always: Engine = {
    ...fusedEngine(),
    trainStep: async (plan) => ({
      ...await fusedEngine().trainStep(plan),
      name: "lost",
      ahead: 1,
      step: () => Promise.reject(new DeviceLostError("Cannot go on: gone")),
      evaluate: () => 1,
      [Symbol.dispose]: () => {},
    }),
  };
  await assertRejects(() => train(foldIn(key(2), 1), DATA, { ...RATIO, engine: always }), DeviceLostError);
});

webgpuTest(
  "the default engine takes a GPU for large steps, if it is no software, and not for small ones",
  async () => {
    const { software } = await openGpu();
    const trunk = { kind: "mlp", hidden: [512, 512, 512], activation: "silu" } as const;
    const spec = { ...RATIO.spec, trunk };
    const unit = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
    const scaling = { theta: unit(2), x: unit(3) };
    const state = { weights: initWeights(key(0), spec), steps: 0 };
    for (const [rows, isWorth] of [[2, false], [2048, true]] as const) {
      using step = await defaultEngine().trainStep({ spec, loss: RATIO.loss, scaling, state, rows });
      const expected = isWorth && !software ? /^webgpu \(.*, taken from 1000000000 multiply-adds/ : /^fused/;
      assert(expected.test(step.name), step.name);
    }
  },
);
