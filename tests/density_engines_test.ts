// What engines that run density estimators owe each other.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Batch, type DensitySpec, foldIn, initWeights, type Key, key, points } from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { nll } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { normalRows } from "../kernels/_cases_test.ts";
import { DENSITIES, densityArtifact } from "./_density_specs.ts";

/** Steps compared in the long run, and by how much losses may differ there. */
const STEPS = 100;
const DRIFT = 5e-3;

const LEARNERS = [
  "a mixture of two",
  "a masked flow given a set",
  "a masked flow of x",
  "a flow of splines given an image",
  "a flow of splines of x given embedded theta",
] as const;

/** The target follows its condition round a bend. */
function bentBatch(seed: Key, spec: DensitySpec, n: number): Batch {
  const theta = normalRows(foldIn(seed, 0), n, spec.thetaDim);
  const noise = normalRows(foldIn(seed, 1), n, spec.xDim);
  const x = noise.data.map((e, k) => {
    const t = theta.data[Math.floor(k / spec.xDim) * spec.thetaDim]!;
    return 0.4 * e + (k % 2 === 0 ? t : Math.sin(2 * t));
  });
  return { theta, x: points(x, spec.xDim), atoms: 1 };
}

for (const name of LEARNERS) {
  Deno.test(`engines follow one loss curve of ${name}, and it falls`, async () => {
    await useBackend("wasm");
    const spec = DENSITIES[name]!;
    const { scaling } = densityArtifact(spec);
    const state = { weights: initWeights(key(3), spec), steps: 0 };
    const plan = { spec, scaling, loss: nll(), state, clipNorm: 5 };
    using ours = await fusedEngine().trainStep(plan);
    using theirs = await tensorEngine().trainStep(plan);
    const curve: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const batch = bentBatch(foldIn(key(4), i), spec, 32);
      curve.push(ours.step(batch, 5e-3));
      assertAlmostEquals(curve.at(-1)!, await theirs.step(batch, 5e-3), DRIFT, `step ${i}`);
    }
    const mean = (losses: number[]) => losses.reduce((sum, value) => sum + value, 0) / losses.length;
    assert(mean(curve.slice(-20)) < mean(curve.slice(0, 20)) - 0.1, `${name} learns`);
  });

  Deno.test(`training of ${name} goes on bit for bit from its state`, async () => {
    const spec = DENSITIES[name]!;
    const { scaling, weights } = densityArtifact(spec);
    const plan = { spec, scaling, loss: nll(), state: { weights, steps: 0 } };
    const [first, second] = [5, 6].map((seed) => bentBatch(key(seed), spec, 7)) as [Batch, Batch];
    using whole = await fusedEngine().trainStep(plan);
    whole.step(first, 1e-2);
    const state = whole.state();
    using rest = await fusedEngine().trainStep({ ...plan, state });
    assertEquals(rest.step(second, 1e-2), whole.step(second, 1e-2));
    assertEquals(rest.state(), whole.state());
  });

  Deno.test(`engines draw alike from ${name}`, async () => {
    await useBackend("cpu");
    const artifact = densityArtifact(DENSITIES[name]!, 2, 0.7);
    const { spec } = artifact;
    const given = normalRows(key(7), 3, artifact.kind === "posterior" ? spec.xDim : spec.thetaDim);
    using ours = await fusedEngine().density(artifact);
    using theirs = await tensorEngine().density(artifact);
    const [a, b] = [ours, theirs].map((density) => density.sample(key(8), 50, given));
    a!.data.forEach((value, k) => assertAlmostEquals(value, b!.data[k]!, 1e-3 * (1 + Math.abs(value))));
    const [p, q] = [ours, theirs].map((density) => density.logDensity(a!, given));
    p!.forEach((value, k) => assertAlmostEquals(value, q![k]!, 1e-3 * (1 + Math.abs(value))));
  });
}
