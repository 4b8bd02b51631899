import { assert, assertEquals, assertRejects } from "@std/assert";
import { key, UnsupportedError } from "@likely/core";
import { tf, useBackend } from "@likely/core/tensor";
import { BCE, gaussian, SMALL } from "./_toy_test.ts";
import { freeze } from "./freeze.ts";
import { tensorEngine } from "./tensor_engine.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train_options.ts";

const OPTIONS: TrainOptions = {
  engine: tensorEngine(),
  spec: SMALL,
  loss: BCE,
  batchSize: 50,
  learningRate: 1e-2,
  maxEpochs: 3,
};
const DATA = gaussian(key(0), 300);
const FROZEN = {
  kind: "ratio",
  prior: { kind: "multivariate_normal", names: ["mean"], mean: [0], covariance: [[1]] },
  simulator: "gaussian",
} as const;

Deno.test("tensorEngine() follows the backend in use, by name too", async () => {
  await useBackend("cpu");
  const engine = tensorEngine();
  const artifact = freeze(await train(key(1), DATA, OPTIONS), FROZEN);
  assertEquals(artifact.provenance.engine, "tfjs-cpu");
  await useBackend("wasm");
  assertEquals(engine.name, "tfjs-wasm");
  using density = await engine.logDensity(artifact, { data: new Float64Array([1]), n: 1, dim: 1 });
  assertEquals([density.name, density.dim], ["tfjs-wasm", 1]);
});

Deno.test("tensorEngine() trains alike on cpu and wasm", async () => {
  await useBackend("cpu");
  const [cpu] = (await train(key(1), DATA, { ...OPTIONS, maxEpochs: 1 })).history.validation;
  await useBackend("wasm");
  const [wasm] = (await train(key(1), DATA, { ...OPTIONS, maxEpochs: 1 })).history.validation;
  assert(Math.abs(cpu! - wasm!) < 1e-5, `${cpu} and ${wasm}`);
});

// Software GPUs reached through OpenGL have been seen to crash a process as it ends; through
// Vulkan, which DENO_WEBGPU_BACKEND=vulkan chooses, they have not.
const absence = await useBackend("webgpu").then(
  ({ software }) =>
    software && !Deno.env.has("DENO_WEBGPU_BACKEND") ? "a software GPU needs DENO_WEBGPU_BACKEND" : "",
  (error: Error) => error.message,
);
Deno.test({
  name: absence
    ? `tensorEngine() is not tested on webgpu: ${absence}`
    : "tensorEngine() trains on webgpu, leaks nothing and says that it cannot evaluate there",
  ignore: absence !== "",
  async fn() {
    await useBackend("webgpu");
    const before = tf.memory().numTensors;
    const trained = await train(key(1), DATA, { ...OPTIONS, maxEpochs: 1 });
    assertEquals(tf.memory().numTensors, before);
    await assertRejects(
      () => tensorEngine().logDensity(freeze(trained, FROZEN), { data: new Float64Array(1), n: 1, dim: 1 }),
      UnsupportedError,
      "webgpu",
    );
    await useBackend("cpu");
    const [cpu] = (await train(key(1), DATA, { ...OPTIONS, maxEpochs: 1 })).history.validation;
    assert(Math.abs(cpu! - trained.history.validation[0]!) < 1e-3);
  },
});
