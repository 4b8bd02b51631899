// What every engine must do, run over all of them, and their agreement with each other.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  type Batch,
  type Engine,
  type Evaluation,
  foldIn,
  type Key,
  key,
  type LogDensity,
  type Loss,
  type NetworkSpec,
  type Points,
  points,
  type Scaling,
  type TrainPlan,
  UnsupportedError,
} from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine, webgpuEngine } from "@likely/kernels";
import { balancedBce, bce, nreC, scoreAugmented, squaredError } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { absence } from "../kernels/_webgpu_test.ts";
import { artifactOf, noiseBatch, normalRows, shakenWeights, specs } from "../kernels/_cases_test.ts";

const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  "tensors on cpu": async () => (await useBackend("cpu"), tensorEngine()),
  "tensors on wasm": async () => (await useBackend("wasm"), tensorEngine()),
  "fused, relaxed SIMD": () => Promise.resolve(fusedEngine({ simd: "relaxed" })),
  "fused, plain SIMD": () => Promise.resolve(fusedEngine({ simd: "plain" })),
  "fused, two threads": () => Promise.resolve(fusedEngine({ workers: 2 })),
  ...(absence === "" && { "fused on WebGPU": () => Promise.resolve(webgpuEngine()) }),
};

/** Where an engine is faster for those who wait, that way. */
function evaluate(density: LogDensity, theta: Points): Evaluation | Promise<Evaluation> {
  return density.evaluateAsync?.(theta) ?? density.evaluate(theta);
}

const simple = specs["resnet silu"]!;
/** Steps compared in the long run, and by how much losses near 0.7 may differ there. */
const STEPS = 200;
const DRIFT = 2e-3;

/** The last column of θ on the log scale, from −9 on: noise is always above. */
function scalingOf({ thetaDim, xDim }: NetworkSpec): Scaling {
  const log = Array.from({ length: thetaDim }, (_, j) => j === thetaDim - 1 ? -9 : null);
  const mean = log.map((low) => low === null ? 0.3 : 2.2);
  return {
    theta: { mean, std: log.map((low) => low === null ? 2 : 0.2), log },
    x: { mean: new Array(xDim).fill(-0.2), std: new Array(xDim).fill(0.5) },
  };
}

/** Losses as users make them, and the θ rows per x row of their batches. */
function lossesOf({ thetaDim, head }: NetworkSpec): [Loss, number][] {
  const losses: [Loss, number][] = [
    [bce(), 2],
    [balancedBce({ weight: 10 }), 2],
    [nreC({ classes: 3, gamma: 2 }), 4],
    // Batches here come ready made.
    [squaredError({ assemble: (_key, { theta, x }) => ({ theta, x, atoms: 1 }) }), 1],
    [scoreAugmented(bce(), { scale: new Array(thetaDim).fill(2), weight: 0.7 }), 2],
    [scoreAugmented(nreC({ classes: 3 }), { scale: new Array(thetaDim).fill(1), weight: 0.7 }), 4],
  ];
  return losses.filter(([{ aid }]) => head.kind === "linear" || !aid);
}

function planFor(at: Key, spec: NetworkSpec, loss: Loss): TrainPlan {
  const state = { weights: shakenWeights(at, spec), steps: 0 };
  return { spec, loss, scaling: scalingOf(spec), state, clipNorm: 1e6 };
}

/** Loss and gradient of every weight: after one step the first moment is a tenth of it. */
async function gradientOn(engine: Engine, plan: TrainPlan, batch: Batch): Promise<[number, number[]]> {
  using step = await engine.trainStep(plan);
  const loss = await step.step(batch, 1e-3);
  const { firstMoment } = await step.state();
  const names = Object.keys(plan.state.weights);
  return [loss, names.flatMap((name) => [...firstMoment![name]!.data].map((value) => value / 0.1))];
}

/** The distance of two vectors, relative to the length of the second. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!)) / (Math.hypot(...b) + 1e-6);
}

for (const [title, spec] of Object.entries(specs)) {
  Deno.test(`engines agree on values and θ-gradients of ${title}`, async () => {
    const artifact = artifactOf(key(3), spec, scalingOf(spec));
    const x = normalRows(key(4), 3, spec.xDim);
    const theta = normalRows(key(5), 7, spec.thetaDim);
    const [cpu, ...others] = await Promise.all(
      Object.values(ENGINES).map(async (make) => {
        using density = await (await make()).logDensity(artifact, x);
        return await evaluate(density, theta);
      }),
    );
    for (const { value, grad } of others) {
      assert(distance([...value], [...cpu!.value]) < 2e-5);
      assert(distance([...grad!], [...cpu!.grad!]) < 5e-5);
    }
  });

  Deno.test(`engines agree on losses and weight gradients of ${title}`, async () => {
    await useBackend("cpu");
    for (const [loss, atoms] of lossesOf(spec)) {
      for (const n of [1, 5]) {
        const plan = planFor(key(n), spec, loss);
        const batch = noiseBatch(key(n + 10), spec, n, atoms);
        const [expected, gradient] = await gradientOn(tensorEngine(), plan, batch);
        const [actual, ours] = await gradientOn(fusedEngine(), plan, batch);
        assertAlmostEquals(actual, expected, 2e-5 * Math.max(1, Math.abs(expected)), loss.name);
        assert(distance(ours, gradient) < 1e-4, `${loss.name}, n ${n}: ${distance(ours, gradient)}`);
      }
    }
  });
}

Deno.test("engines weigh scores alike, look after look, by every rule they share", async () => {
  await useBackend("wasm");
  for (const title of ["resnet silu", "conv embedding, image"]) {
    const spec = specs[title]!;
    for (const rule of ["gradient_norm", "gradient_spread", "min_norm", "loss_ratio"] as const) {
      for (const over of ["trunk", "all"] as const) {
        const weight = { rule, over, every: 2, decay: 0.5, range: [1e-3, 1e3] } as const;
        const plan = planFor(
          key(7),
          spec,
          scoreAugmented(bce(), { scale: new Array(spec.thetaDim).fill(2), weight }),
        );
        using ours = await fusedEngine().trainStep(plan);
        using theirs = await tensorEngine().trainStep(plan);
        for (let i = 0; i < 5; i++) {
          const batch = noiseBatch(foldIn(key(8), i), spec, 8, 2);
          assertAlmostEquals(ours.step(batch, 1e-3), await theirs.step(batch, 1e-3), DRIFT, `step ${i}`);
          const [weights, others] = [ours.state().termWeights!, (await theirs.state()).termWeights!];
          assertEquals(weights[0], 1);
          assertAlmostEquals(weights[1]! / others[1]!, 1, 5e-3, `${title}, ${rule} over ${over}, step ${i}`);
        }
      }
    }
  }
});

Deno.test("engines follow one loss curve over two hundred steps", async () => {
  await useBackend("wasm");
  const plan = planFor(key(7), simple, bce());
  using ours = await fusedEngine().trainStep(plan);
  using theirs = await tensorEngine().trainStep(plan);
  for (let i = 0; i < STEPS; i++) {
    const { theta, atoms } = noiseBatch(foldIn(key(8), i), simple, 32, 2);
    const noise = normalRows(foldIn(key(9), i), 32, simple.xDim);
    const x = points(noise.data.map((e, k) => e + theta.data[Math.floor(k / 5) * 2]!), 5);
    const batch = { theta, x, atoms };
    assertAlmostEquals(ours.step(batch, 1e-3), await theirs.step(batch, 1e-3), DRIFT, `step ${i}`);
  }
});

Deno.test("engines follow one loss curve over two hundred steps of regression under heads that measure", async () => {
  await useBackend("wasm");
  for (
    const title of Object.keys(specs).filter((name) => /(absolute|quadratic) head(, products.*)?$/.test(name))
  ) {
    const spec = specs[title]!;
    const loss = squaredError({ assemble: (_key, { theta, x }) => ({ theta, x, atoms: 1 }) });
    const plan = planFor(key(7), spec, loss);
    using ours = await fusedEngine().trainStep(plan);
    using theirs = await tensorEngine().trainStep(plan);
    const curve: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const batch = noiseBatch(foldIn(key(8), i), spec, 32, 1);
      // How far x lies from a bend in θ.
      const target = Float64Array.from({ length: 32 }, (_, k) => {
        const [theta, x] = [batch.theta.data[2 * k]!, batch.x.data.subarray(k * spec.xDim)];
        return (Math.sin(theta) - x[0]!) ** 2 + (theta - x[1]!) ** 2;
      });
      const actual = ours.step({ ...batch, target }, 3e-3);
      curve.push(actual);
      assertAlmostEquals(actual / await theirs.step({ ...batch, target }, 3e-3), 1, DRIFT, `step ${i}`);
    }
    const mean = (losses: number[]) => losses.reduce((sum, value) => sum + value, 0) / losses.length;
    assert(mean(curve.slice(-20)) < 0.7 * mean(curve.slice(0, 20)), `${title} learns`);
  }
});

for (const [title, make] of Object.entries(ENGINES)) {
  Deno.test(`logDensity() never returns NaN: -Infinity, or +Infinity for a cost, on ${title}`, async () => {
    const engine = await make();
    const ratio = artifactOf(key(3), simple);
    const theta = points(new Float64Array([NaN, 0, 0.1, 0.2]), 2);
    for (const [kind, never] of [["ratio", -Infinity], ["cost", Infinity]] as const) {
      const artifact: Artifact = { ...ratio, kind };
      using density = await engine.logDensity(artifact, normalRows(key(1), 1, 5));
      const { value, grad } = await evaluate(density, theta);
      assertEquals(value[0], never);
      assertEquals([...grad!.subarray(0, 2)], [0, 0]);
      assert(Number.isFinite(value[1]));
    }
  });

  Deno.test(`logDensity() refuses a posterior artifact and rows of x that are no numbers on ${title}`, async () => {
    const engine = await make();
    const artifact = artifactOf(key(3), simple);
    const x = normalRows(key(1), 2, 5);
    const refuse = (artifact: Artifact, x: Points, type: new (message: string) => Error, rule: string) =>
      assertRejects(() => engine.logDensity(artifact, x), type, rule);
    await refuse(
      { ...artifact, kind: "posterior" },
      x,
      UnsupportedError,
      "Cannot evaluate a posterior artifact",
    );
    await refuse(
      artifact,
      normalRows(key(1), 2, 4),
      TypeError,
      "rows of 5 numbers: current value is 2 rows of 4",
    );
    await refuse(artifact, normalRows(key(1), 0, 5), TypeError, "current value is 0 rows of 5");
    for (const value of [NaN, Infinity]) {
      x.data[7] = value;
      await refuse(artifact, x, RangeError, `x must be finite: current value is ${value}`);
    }
  });

  Deno.test(`trainStep() goes on bit for bit from its state on ${title}`, async () => {
    const engine = await make();
    const plan = planFor(key(1), simple, bce());
    const [first, second] = [20, 21].map((seed) => noiseBatch(key(seed), simple, 5, 2)) as [Batch, Batch];
    using whole = await engine.trainStep(plan);
    await whole.step(first, 1e-2);
    const state = await whole.state();
    using rest = await engine.trainStep({ ...plan, state });
    assertEquals(await rest.step(second, 1e-2), await whole.step(second, 1e-2));
    assertEquals(await rest.state(), await whole.state());
  });
}
