// What a page does to see whether WebGPU is right in its browser; leaves what it found in `found`.

import { type Artifact, initWeights, key, type Loss, type NetworkSpec, type TrainState } from "@likely/core";
import { fusedEngine, webgpuEngine } from "@likely/kernels";
import {
  artifactOf,
  atomsOf,
  losses,
  noiseBatch,
  normalRows,
  NOT_ON_GPU,
  planOf,
  specs,
  unitScaling,
} from "../kernels/_cases_test.ts";
import { openGpu } from "../kernels/_gpu_device.ts";
import { shadingsOf } from "../kernels/_gpu_kernels.ts";
import * as opcodes from "../kernels/_opcodes.ts";
import { ELEMENTARY } from "../kernels/wgsl/elementary.ts";
import { type Kernel, shaderOf } from "../kernels/wgsl/kernel.ts";
import { DENSITIES } from "./_density_specs.ts";

/** How far the two are apart: relative distances, and losses step by step. */
export interface Found {
  readonly trainer: string;
  /** Shaders that this browser's compiler was given, and what it did not like. */
  readonly shaders: { readonly checked: number; readonly refused: readonly string[] };
  readonly distances: Readonly<Record<string, number>>;
  readonly curves: readonly (readonly [ours: number, theirs: number])[];
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [actual, wanted] = [Array.from(a), Array.from(b)];
  return Math.hypot(...actual.map((value, i) => value - wanted[i]!)) / (Math.hypot(...wanted) + 1e-12);
}

function gradientOf({ weights, firstMoment }: TrainState): number[] {
  return Object.keys(weights).flatMap((name) => [...firstMoment![name]!.data]);
}

const NETWORKS = ["resnet silu", "set embedding, mean", "conv embedding, image", "absolute head"];
const FLOWS = ["a mixture of two", "a masked flow of x", "a flow of splines given an image"];

/** Has every shader checked, without making programs of them: what one compiler accepts another may not. */
async function checkAll(): Promise<Found["shaders"]> {
  const { device } = await openGpu();
  const kernels = new Map<string, Kernel>();
  const add = (...words: readonly number[]) => {
    const instruction = Int32Array.from({ length: 16 }, (_, k) => words[k] ?? 0);
    for (const { key, kernel } of shadingsOf(instruction)) kernels.set(key, kernel);
  };
  for (const [name, opcode] of Object.entries(opcodes)) {
    if (!NOT_ON_GPU.includes(name)) add(opcode, 1, 1, 1, 4, 4, 4, 4, 4, 4);
  }
  for (
    const [m, n, k] of [[2000, 2000, 8], [800, 800, 8], [20000, 16, 8], [8, 8, 8], [8, 8, 9000]] as const
  ) {
    add(opcodes.GEMM, m, n, k, 4, 4 * k, 4, 4, 4, 4);
    add(opcodes.GEMM, m, n, k, 4, 4, 4 * m, 4, 4, 4);
  }
  add(opcodes.SUM_COLUMNS, 10000, 4, 1, 4, 4, 4, 0);
  const refusals = await Promise.all(
    [...kernels].map(async ([key, kernel]) => {
      const { messages } = await device.createShaderModule({ code: shaderOf(kernel, ELEMENTARY) })
        .getCompilationInfo();
      return messages.filter(({ type }) => type === "error").map(({ message }) => `${key}: ${message}`);
    }),
  );
  return { checked: kernels.size, refused: refusals.flat() };
}

async function find(): Promise<Found> {
  const distances: Record<string, number> = {};
  let trainer = "";
  const compare = async (name: string, plan: ReturnType<typeof planOf>, atoms: number) => {
    using ours = await webgpuEngine().trainStep(plan);
    using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
    const batch = noiseBatch(key(2), plan.spec, 7, atoms);
    trainer = ours.name;
    await ours.step(batch, 1e-3);
    theirs.step(batch, 1e-3);
    distances[name] = distance(gradientOf(await ours.state()), gradientOf(theirs.state()));
  };
  for (const name of NETWORKS) {
    const loss = name === "absolute head" ? losses.squared_error! : losses.nre_c!;
    await compare(name, planOf(key(1), specs[name]!, loss), atomsOf(loss));
  }
  for (const name of FLOWS) {
    const spec = DENSITIES[name]!;
    const loss = { ...losses.bce!, name: "nll" } as Loss;
    const plan = {
      spec,
      loss,
      scaling: unitScaling(spec),
      state: { weights: initWeights(key(3), spec), steps: 0 },
    };
    await compare(name, plan, 1);
  }
  const spec: NetworkSpec = specs["resnet silu"]!;
  using density = await webgpuEngine().logDensity(
    artifactOf(key(3), spec) as Artifact,
    normalRows(key(4), 2, 5),
  );
  const theta = normalRows(key(5), 9, 2);
  const { value, grad } = await density.evaluateAsync!(theta);
  distances["log density"] = distance(value, density.evaluate(theta).value);
  distances["its slopes"] = distance(grad!, density.evaluate(theta).grad!);
  const plan = { ...planOf(key(7), spec, losses.bce!), clipNorm: 5 };
  using ours = await webgpuEngine().trainStep(plan);
  using theirs = await fusedEngine({ workers: 1 }).trainStep(plan);
  const batches = Array.from({ length: 40 }, (_, i) => noiseBatch(key(50 + i), spec, 16, 2));
  const found = await Promise.all(batches.map((batch) => ours.step(batch, 1e-3)));
  return {
    trainer,
    shaders: await checkAll(),
    distances,
    curves: batches.map((batch, i) => [found[i]!, theirs.step(batch, 1e-3)]),
  };
}

(globalThis as { found?: Promise<Found> }).found = find();
