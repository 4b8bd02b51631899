/** Steps on several batches at once: what engines owe those who combine gradients. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Batch,
  type CombineGradients,
  foldIn,
  initWeights,
  type Key,
  key,
  type Loss,
  type Points,
  points,
  type Spec,
  type TrainStep,
  UnsupportedError,
} from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { bce, nll, scoreAugmented } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { noiseBatch, specs, unitScaling } from "../kernels/_cases_test.ts";
import { DENSITIES } from "./_density_specs.ts";

const CASES: Readonly<Record<string, readonly [spec: Spec, loss: Loss, atoms: number]>> = {
  "a masked flow": [DENSITIES["a masked flow of two"]!, nll(), 1],
  "a flow of splines of embedded theta": [
    DENSITIES["a flow of splines of x given embedded theta"]!,
    nll(),
    1,
  ],
  "a mixture": [DENSITIES["a mixture of two"]!, nll(), 1],
  "a ratio": [specs["resnet silu"]!, bce(), 2],
};

const FIRST: CombineGradients = ([first]) => first!;
const MEAN = (all: readonly Float32Array[]): Float32Array =>
  all[0]!.map((_, i) => all.reduce((sum, g) => sum + g[i]! / all.length, 0));
const DIFFERENCE: CombineGradients = ([plus, minus]) => plus!.map((g, i) => g - minus![i]!);

function batchOf(seed: Key, spec: Spec, n: number, atoms: number): Batch {
  const { score: _, target: __, ...batch } = noiseBatch(seed, spec, n, atoms);
  return batch;
}

/** Atom by atom one below the other. */
function joined(a: Batch, b: Batch): Batch {
  const theta: number[] = [];
  for (let atom = 0; atom < a.atoms; atom++) {
    for (const { theta: { data, dim }, x: { n } } of [a, b]) {
      theta.push(...data.subarray(atom * n * dim, (atom + 1) * n * dim));
    }
  }
  const below = (top: Points, bottom: Points) =>
    points(Float64Array.of(...top.data, ...bottom.data), top.dim);
  return { theta: points(Float64Array.from(theta), a.theta.dim), x: below(a.x, b.x), atoms: a.atoms };
}

function planOf(spec: Spec, loss: Loss) {
  return {
    spec,
    loss,
    scaling: unitScaling(spec as never),
    state: { weights: initWeights(key(1), spec), steps: 0 },
    clipNorm: 5,
  };
}

async function weightsOf(step: TrainStep): Promise<number[]> {
  return Object.values((await step.state()).weights).flatMap(({ data }) => [...data]);
}

for (const [name, [spec, loss, atoms]] of Object.entries(CASES)) {
  const [a, b] = [2, 3].map((seed) => batchOf(key(seed), spec, 6, atoms)) as [Batch, Batch];

  Deno.test(`a step on one batch alone is a step, bit for bit: ${name}`, async () => {
    using plain = await fusedEngine().trainStep(planOf(spec, loss));
    using apart = await fusedEngine().trainStep(planOf(spec, loss));
    for (const batch of [a, b]) {
      assertEquals(apart.stepOn([batch], FIRST, 1e-2), [plain.step(batch, 1e-2)]);
    }
    assertEquals(apart.state(), plain.state());
  });

  Deno.test(`the mean of two batches' gradients is that of both together: ${name}`, async () => {
    using plain = await fusedEngine().trainStep(planOf(spec, loss));
    using apart = await fusedEngine().trainStep(planOf(spec, loss));
    const losses = apart.stepOn([a, b], MEAN, 1e-2);
    assertAlmostEquals((losses[0]! + losses[1]!) / 2, plain.step(joined(a, b), 1e-2), 1e-5);
    const [ours, theirs] = [apart, plain].map((step) => step.state().firstMoment!);
    for (const [path, { data }] of Object.entries(ours!)) {
      data.forEach((g, i) => assertAlmostEquals(g, theirs![path]!.data[i]!, 1e-6, `${path}[${i}]`));
    }
  });

  Deno.test(`engines agree on the difference of two gradients: ${name}`, async () => {
    await useBackend("cpu");
    const finish: number[][] = [];
    for (const engine of [fusedEngine(), tensorEngine()]) {
      using step = await engine.trainStep(planOf(spec, loss));
      for (let i = 0; i < 5; i++) await step.stepOn!([a, b], DIFFERENCE, 1e-3);
      finish.push(await weightsOf(step));
    }
    const start = Object.values(initWeights(key(1), spec)).flatMap(({ data }) => [...data]);
    finish[0]!.forEach((w, i) => assertAlmostEquals(w, finish[1]![i]!, 1e-3));
    assert(finish[0]!.some((w, i) => Math.abs(w - start[i]!) > 1e-3));
  });
}

Deno.test("gradients are copies, batches may be of any size, and those of a smaller one come first", async () => {
  const spec = DENSITIES["a masked flow of two"]!;
  using step = await fusedEngine().trainStep(planOf(spec, nll()));
  const [small, large] = [2, 200].map((n) => batchOf(key(n), spec, n, 1)) as [Batch, Batch];
  let seen: readonly Float32Array[] = [];
  step.stepOn([small, large], (all) => (seen = all.map((g) => g.slice()), MEAN(all)), 1e-3);
  using other = await fusedEngine().trainStep(planOf(spec, nll()));
  other.stepOn([large, small], (all) => {
    assertEquals(all.map((g) => g.filter(Number.isFinite)), seen.toReversed());
    return MEAN(all);
  }, 1e-3);
});

Deno.test("a loss that scores aid is refused by the fused engine", async () => {
  const spec = specs["resnet silu"]!;
  const loss = scoreAugmented(bce(), { scale: new Array(spec.thetaDim).fill(1) });
  using step = await fusedEngine().trainStep(planOf(spec, loss));
  const batch = noiseBatch(foldIn(key(1), 2), spec, 4, 2);
  await assertRejects(
    () => Promise.resolve().then(() => step.stepOn([batch], FIRST, 1e-3)),
    UnsupportedError,
    "several batches",
  );
});
