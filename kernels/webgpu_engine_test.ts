// Training and evaluation on WebGPU beside the module, guards over random specs, and a device that is lost.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  baseDraws,
  type Batch,
  DeviceLostError,
  firstOf,
  foldIn,
  initWeights,
  key,
  type Loss,
  points,
  type Spec,
  type TrainPlan,
  type TrainState,
  UnsupportedError,
} from "@likely/core";
import { DENSITIES, densityArtifact, legalRows } from "../tests/_density_specs.ts";
import type { Arena } from "./_arena.ts";
import {
  adaptive,
  artifactOf,
  atomsOf,
  linearTrunks,
  losses,
  lossesFor,
  noiseBatch,
  normalRows,
  planOf,
  specs,
  unitScaling,
} from "./_cases_test.ts";
import { Code } from "./_code.ts";
import { planEstimator } from "./_estimator.ts";
import type { Gpu } from "./_gpu.ts";
import { gpuArena, readBack } from "./_gpu_arena.ts";
import { findAdapter, openGpu } from "./_gpu_device.ts";
import { gpuProgram } from "./_gpu_program.ts";
import { writeBatch } from "./_host_rows.ts";
import { emitPacking } from "./_layer.ts";
import { randomDensity, randomMeasuring, randomSpec } from "./_random_specs_test.ts";
import { RATES } from "./_step_program.ts";
import { traineeOf } from "./_trainee_of.ts";
import { webgpuTest } from "./_webgpu_test.ts";
import { fusedEngine } from "./fused_engine.ts";
import { webgpuEngine } from "./webgpu_engine.ts";

const nll: Loss = { ...losses.bce!, name: "nll" };
const simple = specs["resnet silu"]!;

/** The distance of two vectors, relative to the length of the second. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [actual, wanted] = [Array.from(a), Array.from(b)];
  return Math.hypot(...actual.map((value, i) => value - wanted[i]!)) / (Math.hypot(...wanted) + 1e-12);
}

/** A tenth of the gradient of every weight, after one step. */
function gradientOf({ weights, firstMoment }: TrainState): number[] {
  return Object.keys(weights).flatMap((name) => [...firstMoment![name]!.data]);
}

/** A step and a loss on both, within a millionth or so of each other. */
async function compareStep(plan: TrainPlan, batch: Batch, what: string): Promise<void> {
  using ours = await webgpuEngine().trainStep(plan);
  using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
  const loss = theirs.step(batch, 1e-3);
  assertAlmostEquals(await ours.step(batch, 1e-3), loss, 1e-5 * Math.max(1, Math.abs(loss)), what);
  const apart = distance(gradientOf(await ours.state()), gradientOf(theirs.state()));
  assert(apart < 2e-5, `${what}: gradients ${apart}`);
  const judged = theirs.evaluate(batch);
  assertAlmostEquals(await ours.evaluate(batch), judged, 1e-5 * Math.max(1, Math.abs(judged)), what);
}

webgpuTest("WebGPU takes the steps that the module takes, of every network and loss", async () => {
  for (const [title, spec] of Object.entries(specs)) {
    for (const loss of lossesFor(spec)) {
      const plan = { ...planOf(key(1), spec, loss), clipNorm: 5 };
      await compareStep(plan, noiseBatch(key(2), spec, 7, atomsOf(loss)), `${title}, ${loss.name}`);
    }
  }
});

webgpuTest("WebGPU takes the steps that the module takes, of every density", async () => {
  for (const [title, spec] of Object.entries(DENSITIES)) {
    const { weights, scaling } = densityArtifact(spec, 2, 0.7);
    const batch = noiseBatch(key(2), spec, 37, 1);
    const plan = { spec, scaling, loss: nll, state: { weights, steps: 0 }, clipNorm: 5 };
    await compareStep(plan, { ...batch, x: legalRows(spec, batch.x) }, title);
  }
});

webgpuTest("WebGPU follows the module's loss curve over two hundred steps, many at a time", async () => {
  const plan = { ...planOf(key(7), simple, losses.bce!), clipNorm: 5 };
  using ours = await webgpuEngine().trainStep(plan);
  using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
  const data = { theta: normalRows(key(8), 400, 2), x: normalRows(key(9), 400, 5) };
  for (let k = 0; k < data.x.data.length; k++) data.x.data[k]! += data.theta.data[2 * Math.floor(k / 5)]!;
  const all = Array.from({ length: 200 }, (_, i) => batchOf(data, i));
  const found = await Promise.all(all.map((batch) => ours.step(batch, 1e-3)));
  const curve = all.map((batch) => theirs.step(batch, 1e-3));
  found.forEach((loss, i) => assertAlmostEquals(loss, curve[i]!, 2e-3, `step ${i}`));
  const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
  assert(mean(found.slice(-20)) < 0.9 * mean(found.slice(0, 20)), "it learns");
});

webgpuTest(
  "WebGPU weighs scores as the module does, look after look, however many steps are under way",
  async () => {
    for (const title of ["resnet silu", "conv embedding, image"]) {
      for (const over of ["trunk", "all"] as const) {
        const spec = specs[title]!;
        const plan = planOf(key(7), spec, adaptive(losses.bce_score!, { over, every: 3 }));
        using ours = await webgpuEngine().trainStep(plan);
        using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
        const batches = Array.from({ length: 8 }, (_, i) => noiseBatch(key(60 + i), spec, 9, 2));
        const found = await Promise.all(batches.map((batch) => ours.step(batch, 1e-3)));
        batches.forEach((batch, i) =>
          assertAlmostEquals(found[i]!, theirs.step(batch, 1e-3), 1e-4, `${title}, ${i}`)
        );
        const [actual, wanted] = [await ours.state(), theirs.state()];
        assertAlmostEquals(actual.termWeights![1]! / wanted.termWeights![1]!, 1, 1e-3, title);
        assertAlmostEquals(await ours.evaluate(batches[0]!), theirs.evaluate(batches[0]!), 1e-3, title);
        using rest = await webgpuEngine().trainStep({ ...plan, state: actual });
        assertEquals(await rest.step(batches[1]!, 1e-3), await ours.step(batches[1]!, 1e-3), "resumed");
      }
    }
  },
);

/** The i-th batch of 32 rows of data, each with its own θ and another's. */
function batchOf(data: Pick<Batch, "theta" | "x">, i: number): Batch {
  const xRows = Uint32Array.from({ length: 32 }, (_, k) => (7 * i + 11 * k) % data.x.n);
  const thetaRows = Uint32Array.from({ length: 64 }, (_, k) => k < 32 ? xRows[k]! : xRows[(k + 5) % 32]!);
  const pick = ({ data, dim }: Batch["x"], rows: Uint32Array) =>
    points(
      Float64Array.from({ length: rows.length * dim }, (_, k) =>
        data[rows[Math.floor(k / dim)]! * dim + k % dim]!),
      dim,
    );
  const source = { ...data, thetaRows, xRows };
  return { theta: pick(data.theta, thetaRows), x: pick(data.x, xRows), atoms: 2, source };
}

webgpuTest("rows picked on the device are the rows of the batch, standardised alike", async () => {
  const plan = {
    ...planOf(key(1), simple, losses.bce!),
    scaling: {
      theta: { mean: [0.3, -1], std: [2, 0.5] },
      x: { mean: [1, 2, 3, 4, 5], std: [1, 2, 3, 4, 5] },
    },
  };
  const data = { theta: normalRows(key(8), 50, 2), x: normalRows(key(9), 50, 5) };
  const { source, ...plain } = batchOf(data, 3);
  using picked = await webgpuEngine().trainStep(plan);
  using brought = await webgpuEngine().trainStep(plan);
  // The first time data are seen they are brought, too.
  for (let k = 0; k < 3; k++) {
    assertEquals(await picked.step({ ...plain, source: source! }, 1e-2), await brought.step(plain, 1e-2));
  }
  assertEquals(await picked.state(), await brought.state());
});

webgpuTest(
  "WebGPU gives the same bits again, one by one or many at a time, resumed, and as batches grow",
  async () => {
    const plan = planOf(key(1), simple, losses.nre_c!);
    const batches = [5, 5, 40, 3].map((n, i) => noiseBatch(key(20 + i), simple, n, 4));
    using together = await webgpuEngine().trainStep(plan);
    const found = await Promise.all(batches.map((batch) => together.step(batch, 1e-2)));
    let { state }: { state: TrainState } = plan;
    for (const [i, batch] of batches.entries()) {
      using alone = await webgpuEngine().trainStep({ ...plan, state });
      assertEquals(await alone.step(batch, 1e-2), found[i]);
      state = await alone.state();
    }
    assertEquals(await together.state(), state);
    assertEquals(state.steps, 4);
  },
);

webgpuTest("WebGPU's steps on several batches are the module's", async () => {
  const plan = planOf(key(1), simple, losses.bce!);
  const batches = [9, 4].map((n, i) => noiseBatch(key(20 + i), simple, n, 2));
  const sum = (gradients: readonly Float32Array[]) =>
    gradients[0]!.map((g, i) => g - 0.5 * gradients[1]![i]!);
  using ours = await webgpuEngine().trainStep(plan);
  using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
  const found = await ours.stepOn!(batches, sum, 1e-2);
  theirs.stepOn(batches, sum, 1e-2).forEach((loss, i) => assertAlmostEquals(found[i]!, loss, 1e-5));
  assert(distance(gradientOf(await ours.state()), gradientOf(theirs.state())) < 2e-5);
  const [next] = batches;
  assertAlmostEquals(await ours.step(next!, 1e-2), theirs.step(next!, 1e-2), 1e-4);
});

webgpuTest("a loss that is no number is told as such on WebGPU, whatever the activation", async () => {
  for (const activation of ["silu", "tanh", "relu"] as const) {
    const spec = { ...simple, trunk: { kind: "mlp", hidden: [6, 6], activation } } as const;
    using step = await webgpuEngine().trainStep(planOf(key(1), spec, losses.bce!));
    const batch = noiseBatch(key(2), spec, 5, 2);
    batch.x.data[3] = NaN;
    assertEquals(await step.step(batch, 1e-3), NaN, activation);
  }
});

webgpuTest("WebGPU evaluates networks as the module does, together and apart", async () => {
  for (const [title, spec] of Object.entries({ ...specs, ...linearTrunks })) {
    const artifact = artifactOf(key(3), spec);
    const [x, theta] = [normalRows(key(4), 3, spec.xDim), normalRows(key(5), 7, spec.thetaDim)];
    for (const make of ["logDensity", "logDensities"] as const) {
      using density = await webgpuEngine()[make](artifact, x);
      for (const gradient of [true, false]) {
        const expected = density.evaluate(theta, { gradient });
        const { value, grad } = await density.evaluateAsync!(theta, { gradient });
        assert(distance(value, expected.value) < 1e-5, `${title}, ${make}`);
        assertEquals(grad === undefined, !gradient);
        if (grad) assert(distance(grad, expected.grad!) < 2e-5, `${title}, ${make}: slopes`);
      }
    }
  }
});

webgpuTest("WebGPU evaluates densities as the module does, and draws what it draws", async () => {
  for (const [title, spec] of Object.entries(DENSITIES)) {
    const artifact = densityArtifact(spec, 1, 0.5);
    const isOfTheta = artifact.kind === "posterior";
    const x = legalRows(spec, normalRows(key(4), 3, spec.xDim));
    const theta = normalRows(key(5), 6, spec.thetaDim);
    using ofTheta = await webgpuEngine().logDensities(artifact, x);
    const expected = ofTheta.evaluate(theta);
    const { value, grad } = await ofTheta.evaluateAsync!(theta);
    assert(distance(value, expected.value) < 2e-5, title);
    assert(distance(grad!, expected.grad!) < 1e-4, `${title}: slopes`);
    using density = await webgpuEngine().density(artifact);
    const given = isOfTheta ? x : theta;
    const draws = density.sample(key(8), 300, given);
    const found = await density.sampleAsync!(key(8), 300, given);
    assert(distance(found.data, draws.data) < 2e-4, `${title}: draws`);
    const logs = density.logDensity(draws, given);
    const apart = await density.logDensityAsync!(draws, given);
    // Where an untrained spline is all but flat, float32 sees little of what float64 sees.
    const tolerance = title.endsWith("linear networks") ? 1e-2 : 2e-4;
    assert(distance(apart, logs) < tolerance, `${title}: log densities of draws`);
  }
});

webgpuTest("calls on one density wait for each other on WebGPU, and ensembles ask all members", async () => {
  const artifact = artifactOf(key(3), simple);
  const ensemble = { ...artifact, others: [artifactOf(key(4), simple)] } as unknown as Artifact;
  const x = normalRows(key(4), 2, 5);
  for (const one of [artifact, ensemble]) {
    using density = await webgpuEngine().logDensity(one, x);
    const all = [1, 50, 7].map((n, i) => normalRows(key(30 + i), n, 2));
    const found = await Promise.all(all.map((theta) => density.evaluateAsync!(theta)));
    all.forEach((theta, i) => {
      assert(distance(found[i]!.value, density.evaluate(theta).value) < 1e-5);
      assert(distance(found[i]!.grad!, density.evaluate(theta).grad!) < 2e-5);
    });
  }
});

/** Runs a program, then looks at guards and zeros; returns the arena. */
async function runGuarded(
  gpu: Gpu,
  arena: Arena,
  { buffer, words, what }: {
    readonly buffer: GPUBuffer;
    readonly words: ArrayLike<number>;
    readonly what: string;
  },
): Promise<ArrayBuffer> {
  using program = gpuProgram(gpu, words);
  const scratch = gpu.buffer("scratch", program.scratch * 4);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  program.encode(pass, buffer, scratch);
  pass.end();
  const [all] = await readBack(gpu, encoder, [{ buffer, at: 0, bytes: arena.bytes }]);
  scratch.destroy();
  assertEquals(arena.broken(all!), [], what);
  const { at, bytes } = arena.parts[0]!;
  assert(new Int32Array(all!.buffer, at, bytes / 4).every((word) => word === 0), what);
  return all!.buffer;
}

webgpuTest(
  "programs write nothing outside their parts and read no guard on WebGPU, over random specs",
  async () => {
    const gpu = await openGpu();
    for (let seed = 0; seed < 60; seed++) {
      const spec: Spec = seed % 2 === 0
        ? randomDensity(seed)
        : seed % 4 === 1
        ? randomSpec(seed)
        : randomMeasuring(seed);
      const loss = spec.kind === "network" ? seed % 8 === 1 ? losses.bce_score! : losses.nre_c! : nll;
      const state = { weights: initWeights(key(seed), spec), steps: 0 };
      const scaling = unitScaling(spec);
      const { loss: terms, train } = traineeOf({ spec, loss, scaling, state });
      const n = 1 + seed % 23;
      const { arena, parameters, intake, slots, scoreWeights, program } = train(n);
      const what = `seed ${seed}, n ${n}: ${JSON.stringify(spec)}`;
      const batch = noiseBatch(key(seed), spec, n, terms.atoms);
      const host = new Float32Array(arena.bytes / 4);
      arena.prepare(host);
      parameters.write(host, parameters.weights, state.weights);
      writeBatch(host, { ...batch, x: legalRows(spec, batch.x) }, scaling, intake);
      host.set([1e-3, 10, 1000, 3e38], slots / 4 + RATES);
      if (terms.score) host.fill(1, scoreWeights / 4, scoreWeights / 4 + spec.thetaDim);
      const buffer = gpu.buffer("arena", arena.bytes);
      gpu.write(buffer, 0, new Int32Array(host.buffer));
      const scores = terms.score ? batch.score!.n : 0;
      for (const step of [true, false]) {
        const words = program({ n, scores, step });
        const left = await runGuarded(gpu, arena, { buffer, words, what });
        assert(Number.isFinite(new Float32Array(left)[slots / 4]), what);
        const run = new Float32Array(left, parameters.weights, parameters.count);
        // Guards are NaN: whoever read one spread it.
        assert(run.every(Number.isFinite), what);
      }
      buffer.destroy();
    }
  },
);

webgpuTest(
  "draws write nothing outside their parts and read no guard on WebGPU, over random specs",
  async () => {
    const gpu = await openGpu();
    for (let seed = 0; seed < 40; seed++) {
      const spec = randomDensity(seed);
      const rows = 1 + seed % 29;
      const { arena, parameters, layers, flow, io } = planEstimator(spec, {
        rows,
        embedded: 1,
        training: false,
      });
      const host = new Float32Array(arena.bytes / 4);
      arena.prepare(host);
      parameters.write(host, parameters.weights, initWeights(key(seed), spec));
      const shape = { conditions: 1 + seed % 2, each: Math.floor(rows / 2) + 1 };
      if (shape.conditions * shape.each > rows) shape.conditions = 1;
      const count = shape.conditions * shape.each;
      const { normal, share } = baseDraws(key(seed), spec, count);
      const contexts = Float32Array.from(normalRows(key(seed), shape.conditions, io.context).data);
      flow.draws!.write(host, { ...shape, normal: normal.data, share, contexts });
      const buffer = gpuArena(gpu, arena);
      gpu.write(buffer, 0, new Int32Array(host.buffer));
      const code = new Code();
      emitPacking(code, layers);
      flow.draws!.emit(code, shape);
      flow.forward(code, rows, 1);
      flow.backward(code, rows, { seed: 1, input: true });
      const what = `seed ${seed}, ${JSON.stringify(shape)}: ${JSON.stringify(spec)}`;
      const left = await runGuarded(gpu, arena, { buffer, words: code.words, what });
      const values = new Float32Array(left, io.values, 2 * rows);
      assert(
        values.every((value, k) => k % 2 === 1 || Number.isFinite(value) || spec.kind === "categorical"),
        what,
      );
      buffer.destroy();
    }
  },
);

/** A device of this test's own. */
async function ownDevice(): Promise<GPUDevice> {
  return await (await findAdapter())!.requestDevice();
}

webgpuTest(
  "a device that is lost in training rejects what is under way, and the next engine has its turn",
  async () => {
    const device = await ownDevice();
    const ours = webgpuEngine({ device });
    const plan = planOf(key(1), simple, losses.bce!);
    const batch = noiseBatch(key(2), simple, 9, 2);
    using step = await ours.trainStep(plan);
    assert(Number.isFinite(await step.step(batch, 1e-3)));
    const state = await step.state();
    const pending = step.step(batch, 1e-3);
    device.destroy();
    await assertRejects(() => Promise.resolve(pending), DeviceLostError, "must not be lost");
    await assertRejects(() => Promise.resolve(step.step(batch, 1e-3)), DeviceLostError);
    await assertRejects(() => Promise.resolve(step.state()), DeviceLostError);
    await assertRejects(() => ours.trainStep(plan), UnsupportedError, "lost");
    using next = await firstOf([ours, fusedEngine()]).trainStep({ ...plan, state });
    assert(next.name.startsWith("fused"));
    assertEquals((await next.state()).steps, 1);
  },
);

webgpuTest("a density goes on by the module when its device is lost, and says so", async () => {
  const device = await ownDevice();
  using density = await webgpuEngine({ device }).logDensity(
    artifactOf(key(3), simple),
    normalRows(key(4), 1, 5),
  );
  const theta = normalRows(key(5), 4, 2);
  assert(density.name.startsWith("webgpu"));
  device.destroy();
  assertEquals(await density.evaluateAsync!(theta), density.evaluate(theta));
  assert(density.name.endsWith("as webgpu was lost"));
});

webgpuTest("WebGPU refuses what it has no program and no room for, and what is disposed of", async () => {
  const plan = planOf(key(1), simple, { ...losses.bce!, name: "my_own" });
  await assertRejects(() => webgpuEngine().trainStep(plan), UnsupportedError, "Cannot fuse the loss my_own");
  // What every device binds at least is too little for so many rows, and they are too few for so much work.
  const device = await ownDevice();
  const small = planOf(key(1), simple, losses.bce!);
  await assertRejects(
    () => webgpuEngine({ device }).trainStep({ ...small, rows: 2 ** 18 }),
    UnsupportedError,
    "must fit",
  );
  await assertRejects(
    () => webgpuEngine({ device, leastWork: 1e6 }).trainStep({ ...small, rows: 10 }),
    UnsupportedError,
    "must be 1000000 multiply-adds",
  );
  using worth = await webgpuEngine({ device, leastWork: 1e3 }).trainStep({ ...small, rows: 10 });
  assert(worth.name.endsWith("taken from 1000 multiply-adds a step on"));
  const step = await webgpuEngine().trainStep(planOf(key(1), simple, losses.bce!));
  step[Symbol.dispose]();
  step[Symbol.dispose]();
  const batch = noiseBatch(foldIn(key(1), 1), simple, 3, 2);
  await assertRejects(() => Promise.resolve(step.step(batch, 1e-3)), TypeError, "disposed");
});
