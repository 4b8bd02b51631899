import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  type Batch,
  type DensitySpec,
  foldIn,
  key,
  logStandardSlopes,
  type Loss,
  type MafSpec,
  type NsfSpec,
  plainDensity,
  UnsupportedError,
  type Weight,
  weightMasks,
} from "@likely/core";
import { DENSITIES, densityArtifact, legalRows } from "../tests/_density_specs.ts";
import { losses, normalRows } from "./_cases_test.ts";
import { cutProgram } from "./_cut.ts";
import { INSTRUCTION_WORDS, MEET } from "./_opcodes.ts";
import { planDensityTraining } from "./_train_density.ts";
import { fusedEngine, type FusedEngineOptions } from "./fused_engine.ts";

const NLL: Loss = { ...losses.bce!, name: "nll" };

function batchOf(spec: DensitySpec, seed: number, n: number): Batch {
  const rows = (side: number, dim: number) => normalRows(foldIn(key(seed), side), n, dim);
  return { theta: rows(0, spec.thetaDim), x: legalRows(spec, rows(1, spec.xDim)), atoms: 1 };
}

/** The loss in float64, of weights in any precision. */
function referenceLoss(artifact: Artifact, weights: Record<string, Weight>, batch: Batch): number {
  const { theta, x } = batch;
  const { scaling } = artifact;
  const [target, condition] = artifact.kind === "posterior" ? [theta, x] : [x, theta];
  const by = artifact.kind === "posterior" ? scaling.theta : scaling.x;
  const values = plainDensity({ ...artifact, weights }).logDensity(target, condition);
  const slopes = logStandardSlopes(by, target);
  return values.reduce((sum, value, i) => sum - (value - slopes[i]!) / x.n, 0);
}

function doubles(weights: Artifact["weights"]): Record<string, Weight> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => {
      // The reference computes in float64 with whatever it is given.
      return [name, { shape, data: Float64Array.from(data) as unknown as Float32Array }];
    }),
  );
}

function weightSlope(artifact: Artifact, batch: Batch, name: string, i: number): number {
  const weights = doubles(artifact.weights);
  const { data } = weights[name]!;
  const kept = data[i]!;
  const [up, down] = [1, -1].map((sign) => {
    data[i] = kept + sign * 1e-5;
    return referenceLoss(artifact, weights, batch);
  });
  return (up! - down!) / 2e-5;
}

function picks(length: number): number[] {
  return [...new Set([0, length - 1, ...[0.27, 0.55, 0.81].map((u) => Math.floor(u * length))])];
}

async function compareStep(spec: DensitySpec, n: number, options: FusedEngineOptions): Promise<void> {
  const artifact = densityArtifact(spec, n, 0.7);
  const { scaling, weights } = artifact;
  const batch = batchOf(spec, n + 20, n);
  using step = await fusedEngine(options).trainStep({
    spec,
    scaling,
    loss: NLL,
    state: { weights, steps: 0 },
  });
  const expected = referenceLoss(artifact, doubles(weights), batch);
  assertAlmostEquals(step.evaluate(batch), expected, 2e-5 * (1 + Math.abs(expected)), "evaluate");
  assertAlmostEquals(step.step(batch, 1e-3), expected, 2e-5 * (1 + Math.abs(expected)), "step");
  const masks = weightMasks(spec);
  for (const [name, { data }] of Object.entries(step.state().firstMoment!)) {
    const some = picks(data.length);
    const isFree = (i: number) => masks[name]?.[i] !== 0;
    const slopes = some.map((i) => isFree(i) ? weightSlope(artifact, batch, name, i) : 0);
    const scale = Math.max(...slopes.map(Math.abs), step.gradientNorm / 10);
    some.forEach((i, k) =>
      assertAlmostEquals(data[i]! / 0.1, slopes[k]!, 1e-4 * scale, `${name}[${i}], n ${n}`)
    );
  }
}

for (const [title, spec] of Object.entries(DENSITIES)) {
  Deno.test(`a training step of ${title} agrees with float64 differences`, async () => {
    for (const n of [1, 6]) await compareStep(spec, n, { simd: "relaxed", workers: 1 });
    await compareStep(spec, 3, { simd: "plain", workers: 1 });
  });

  Deno.test(`training of ${title} moves all weights but those that are masked`, async () => {
    const { weights, scaling } = densityArtifact(spec, 5);
    using step = await fusedEngine().trainStep({ spec, scaling, loss: NLL, state: { weights, steps: 0 } });
    const batch = batchOf(spec, 6, 5);
    for (let i = 0; i < 3; i++) step.step(batch, 1e-2);
    const masks = weightMasks(spec);
    for (const [name, { data }] of Object.entries(step.state().weights)) {
      const mask = masks[name];
      if (mask) assert(data.every((value, i) => mask[i] !== 0 || value === 0), name);
      assert(data.some((value, i) => value !== weights[name]!.data[i]), name);
    }
  });

  Deno.test(`training of ${title} is the same on one, two and three threads, bit for bit`, async () => {
    const { weights, scaling } = densityArtifact(spec, 5);
    const batch = batchOf(spec, 7, 53);
    const after = [];
    for (const workers of [1, 2, 3]) {
      const plan = { spec, scaling, loss: NLL, state: { weights, steps: 0 }, clipNorm: 5 };
      using step = await fusedEngine({ workers }).trainStep(plan);
      const values = Array.from({ length: 3 }, () => step.step(batch, 1e-3));
      after.push({ values, weights: step.state().weights });
    }
    assertEquals(after[1], after[0]);
    assertEquals(after[2], after[0]);
  });
}

Deno.test("what is no number is no loss, and other losses are refused", async () => {
  const spec = DENSITIES["a flow of splines of two"]!;
  const { weights, scaling } = densityArtifact(spec);
  const plan = { spec, scaling, loss: NLL, state: { weights, steps: 0 } };
  using step = await fusedEngine().trainStep(plan);
  const batch = batchOf(spec, 1, 2);
  batch.theta.data[0] = NaN;
  assertEquals(step.evaluate(batch), NaN);
  await assertRejects(() => fusedEngine().trainStep({ ...plan, loss: losses.bce! }), UnsupportedError, "bce");
});

Deno.test("threads meet as seldom in a step of five transforms as of one", () => {
  for (const kind of ["a masked flow of two", "a flow of splines of two"] as const) {
    const spec = DENSITIES[kind] as MafSpec | NsfSpec;
    const [one, five] = [1, 5].map((transforms) => {
      const trainee = planDensityTraining({ ...spec, transforms }, 40);
      const program = trainee.program({ n: 40, scores: 0, step: true });
      const part = cutProgram(program, 1, { at: 0, lanes: 2, patience: 0 });
      return part.filter((word, i) => i % INSTRUCTION_WORDS === 0 && word === MEET).length;
    });
    // After packing, rows, the mean beside packed adjoints, products, the norm, Adam, and masks.
    assert(one === five && one! <= 8, `${kind}: ${one} and ${five}`);
  }
});
