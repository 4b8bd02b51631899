import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Dataset, type Engine, fromRows, key, type Loss, points, TrainingError } from "@likely/core";
import { type BackendName, tf, useBackend } from "@likely/core/tensor";
import { BCE, gaussian, SMALL } from "./_toy_test.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "./checkpoint.ts";
import { tensorEngine } from "./tensor_engine.ts";
import { train } from "./train.ts";
import type { TrainingProgress, TrainOptions } from "./train_options.ts";

const BASE = { engine: tensorEngine(), spec: SMALL, loss: BCE, batchSize: 20, learningRate: 5e-3 } as const;
const DATA = gaussian(key(0), 100);

/**
 * An engine without a network: the validation losses are as told, the only weight of interest
 * is the number of steps taken, and steps wait a moment.
 */
function scripted(validation: readonly number[], training: (step: number) => number = () => 1): Engine {
  return {
    name: "scripted",
    trainStep: ({ state: start }) => {
      let { steps } = start;
      let epoch = 0;
      const { weights } = start;
      const marked = () => ({
        ...weights,
        "trunk/out/bias": { shape: [1], data: new Float32Array([steps]) },
      });
      return Promise.resolve({
        name: "scripted",
        step: () => Promise.resolve(training(++steps)),
        evaluate: () => Promise.resolve(validation[epoch++] ?? 9),
        state: () => Promise.resolve({ weights: marked(), steps }),
        [Symbol.dispose]: () => {},
      });
    },
    logDensity: () => Promise.reject(new Error("not used")),
    density: () => Promise.reject(new Error("not used")),
    logDensities: () => Promise.reject(new Error("not used")),
  };
}

Deno.test("train() stops when patience runs out and returns the best weights", async () => {
  const seen: TrainingProgress[] = [];
  const trained = await train(key(1), DATA, {
    ...BASE,
    // 90 rows are trained on, in four batches of 20; the best epoch is the third.
    engine: scripted([0.7, 0.6, 0.5, 0.55, 0.6, 0.7]),
    patience: 3,
    onProgress: (progress) => seen.push(progress),
  });
  assertEquals(trained.weights["trunk/out/bias"]!.data[0], 12);
  assertEquals(trained.best, { loss: 0.5, epoch: 3 });
  assertEquals([trained.epochs, trained.steps, trained.stopped], [6, 24, "patience"]);
  assertEquals(trained.history.validation, [0.7, 0.6, 0.5, 0.55, 0.6, 0.7]);
  assertEquals(seen.map(({ epoch }) => epoch), [1, 2, 3, 4, 5, 6]);
  assertEquals(seen.map(({ best }) => best.epoch), [1, 2, 3, 3, 3, 3]);
  assert(seen.every(({ stepsPerSecond, secondsLeft }) => stepsPerSecond > 0 && secondsLeft >= 0));
  assertEquals(seen.at(-1)!.secondsLeft, 0);
});

Deno.test("train() of averaged weights is patient while rows set aside fare no worse than others", async () => {
  // The training loss is 1: only epochs 3, 5 and 6 are worse, and none is the best.
  const losses = [0.7, 0.8, 1.2, 0.9, 1.1, 1.3, 0.6];
  const run = (patience: number) =>
    train(key(1), DATA, { ...BASE, engine: scripted(losses), average: 0.1, patience, maxEpochs: 7 });
  assertEquals([(await run(3)).epochs, (await run(3)).stopped], [6, "patience"]);
  assertEquals([(await run(4)).epochs, (await run(4)).best.epoch], [7, 7]);
});

Deno.test("train() stops after maxEpochs", async () => {
  const trained = await train(key(1), DATA, { ...BASE, engine: scripted([3, 2, 1]), maxEpochs: 3 });
  assertEquals([trained.epochs, trained.stopped], [3, "maxEpochs"]);
});

Deno.test("train() names the step at which the loss stops being a number and saves the best", async () => {
  const error = await assertRejects(
    () => train(key(1), DATA, { ...BASE, engine: scripted([0.5], (step) => step > 6 ? NaN : 1) }),
    TrainingError,
    "after 6 steps it is NaN",
  );
  assertEquals(error.step, 6);
  assertEquals(error.best!["trunk/out/bias"]!.data[0], 4);
  await assertRejects(
    () => train(key(1), DATA, { ...BASE, engine: scripted([Infinity]) }),
    TrainingError,
    "validation loss",
  );
});

Deno.test("train() stops on a real network whose loss overflows", async () => {
  await useBackend("cpu");
  const loss: Loss = {
    ...BCE,
    compute: (estimate, batch) => tf.tidy(() => tf.div(BCE.compute(estimate, batch), 0)),
  };
  await assertRejects(() => train(key(1), DATA, { ...BASE, loss }), TrainingError, "after 0 steps");
});

Deno.test("train() gives the same weights for the same key", async () => {
  await useBackend("wasm");
  const run = (seed: number) => train(key(seed), DATA, { ...BASE, maxEpochs: 2 });
  assertEquals((await run(3)).weights, (await run(3)).weights);
  assert(
    (await run(3)).weights["trunk/0/weight"]!.data[0] !== (await run(4)).weights["trunk/0/weight"]!.data[0],
  );
});

for (const backend of ["cpu", "wasm"] satisfies BackendName[]) {
  Deno.test(`train() resumed from any checkpoint ends bit for bit where it would have, on ${backend}`, async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const options: TrainOptions = {
      ...BASE,
      schedule: "cosine",
      average: 0.2,
      maxEpochs: 4,
      checkpointEvery: 3,
    };
    const files: Uint8Array[] = [];
    const whole = await train(key(5), DATA, {
      ...options,
      onCheckpoint: (checkpoint) => void files.push(encodeCheckpoint(checkpoint)),
    });
    // Sixteen steps: every third, and the end of each of four epochs.
    assertEquals(files.length, 5 + 4);
    for (const file of files) {
      const resumed = await train(key(5), DATA, { ...options, resume: decodeCheckpoint(file) });
      assertEquals(resumed, whole);
    }
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("train() aborted keeps the best and a checkpoint from which nothing is lost", async () => {
  await useBackend("cpu");
  const whole = await train(key(6), DATA, { ...BASE, maxEpochs: 4 });
  const controller = new AbortController();
  let last: TrainingCheckpoint | undefined;
  let steps = 0;
  const loss: Loss = {
    ...BCE,
    assemble: (...args) => {
      // The validation rows are paired first; then this is the third batch of the second epoch.
      if (++steps === 1 + 7) controller.abort();
      return BCE.assemble(...args);
    },
  };
  const stopped = await train(key(6), DATA, {
    ...BASE,
    loss,
    maxEpochs: 4,
    signal: controller.signal,
    onCheckpoint: async (checkpoint) => {
      await Promise.resolve();
      last = checkpoint;
    },
  });
  assertEquals([stopped.stopped, stopped.epochs, stopped.steps], ["signal", 1, 7]);
  assertEquals(stopped.best.epoch, 1);
  assertEquals([last!.epoch, last!.batch], [1, 3]);
  assertEquals(await train(key(6), DATA, { ...BASE, maxEpochs: 4, resume: last! }), whole);
});

Deno.test("train() aborted before it began returns the weights it would have started from", async () => {
  await useBackend("cpu");
  const stopped = await train(key(6), DATA, { ...BASE, signal: AbortSignal.abort() });
  assertEquals([stopped.stopped, stopped.steps, stopped.epochs], ["signal", 0, 0]);
  assert(Number.isFinite(stopped.best.loss));
});

Deno.test("train() can be aborted by a timer while it computes", async () => {
  await useBackend("cpu");
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 100);
  const trained = await train(key(6), DATA, {
    ...BASE,
    patience: 1e6,
    maxEpochs: 1e6,
    signal: controller.signal,
  });
  clearTimeout(timer);
  assertEquals(trained.stopped, "signal");
});

Deno.test("train() refuses a checkpoint of another run", async () => {
  await useBackend("cpu");
  let checkpoint: TrainingCheckpoint | undefined;
  await train(key(6), DATA, { ...BASE, maxEpochs: 1, onCheckpoint: (c) => void (checkpoint = c) });
  const resume = checkpoint!;
  const refused = (seed: number, data: Dataset, options: TrainOptions, says: string) =>
    assertRejects(() => train(key(seed), data, { ...options, resume }), RangeError, says);
  await refused(7, DATA, BASE, "key");
  await refused(6, gaussian(key(0), 99), BASE, "rows");
  await refused(6, DATA, { ...BASE, batchSize: 10 }, "batchSize");
  await refused(6, DATA, { ...BASE, loss: { ...BCE, name: "other" } }, "loss");
  await refused(
    6,
    DATA,
    { ...BASE, spec: { ...SMALL, trunk: { ...SMALL.trunk, activation: "tanh" } } },
    "spec",
  );
  const broken = { ...resume, best: { weights: {}, loss: 0, epoch: 1 } };
  await assertRejects(() => train(key(6), DATA, { ...BASE, resume: broken }), TypeError, "trunk/0/weight");
});

Deno.test("train() refuses data that do not fit and options that cannot be", async () => {
  const refused = (data: Dataset, options: Partial<TrainOptions>, says: string) =>
    assertRejects(() => train(key(0), data, { ...BASE, ...options }), Error, says);
  const { theta, x } = DATA;
  await refused({ theta, x: points(x.data.slice(1), 1), failed: 0 }, {}, "100 rows");
  await refused({ theta, x: points(x.data, 2), failed: 0 }, {}, "100 rows");
  await refused({ theta, x: points(x.data.with(7, NaN), 1), failed: 0 }, {}, "row 7 has NaN");
  await refused({ theta: fromRows([[1]]), x: fromRows([[1]]), failed: 0 }, {}, "number of rows");
  await refused(DATA, { batchSize: 91 }, "[1, 90]");
  await refused(DATA, { batchSize: 1 }, "atoms");
  await refused(DATA, { validationFraction: 1 }, "validationFraction");
  await refused(DATA, { learningRate: 0 }, "learningRate");
  await refused(DATA, { patience: 0 }, "patience");
  await refused(DATA, { maxEpochs: 0 }, "maxEpochs");
  await refused(DATA, { clipNorm: -1 }, "clipNorm");
  await refused(DATA, { checkpointEvery: 0.5 }, "checkpointEvery");
});

Deno.test("train() holds the same rows aside whatever is trained, and trains on the others", async () => {
  const batches: number[][] = [];
  const loss: Loss = {
    ...BCE,
    assemble: (key, data, rows) => {
      batches.push([...rows]);
      return BCE.assemble(key, data, rows);
    },
  };
  await train(key(8), DATA, { ...BASE, loss, engine: scripted([1, 1]), maxEpochs: 2 });
  const [validation, ...training] = batches;
  assertEquals(validation!.length, 10);
  assertEquals(training.length, 8);
  for (const epoch of [training.slice(0, 4), training.slice(4)]) {
    const rows = epoch.flat();
    assertEquals(new Set([...rows, ...validation!]).size, 90);
  }
  assert(training[0]!.join() !== training[4]!.join());
});
