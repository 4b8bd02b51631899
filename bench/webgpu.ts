/**
 * How fast is a GPU? Products, training steps and draws on WebGPU, beside TensorFlow.js on WebGPU in the same
 * process and the fused engine on two threads.
 *
 *     deno run -A bench/webgpu.ts          # under four minutes
 *     deno run -A bench/webgpu.ts --small  # sizes that a software adapter can do
 */

// deno-lint-ignore-file no-console -- a command for people

import {
  type Batch,
  type DensitySpec,
  drawNormal,
  foldIn,
  initWeights,
  key,
  type Loss,
  type Points,
  points,
  type Spec,
  stream,
  type TrainStep,
} from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine, webgpuEngine } from "@likely/kernels";
import { bce, nll } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { productSeconds } from "./_webgpu_product.ts";
import { format } from "./_measure.ts";

const small = Deno.args.includes("--small");
/** Seconds that a figure is measured for, and rows and widths a large one is divided by. */
const SECONDS = small ? 0.3 : 3;
const SHARE = small ? 16 : 1;

/** A figure of each of the three; absent: it cannot. */
interface Figures {
  readonly what: string;
  readonly webgpu: number;
  readonly wasm?: number;
  readonly tensors?: number;
}

function normal(seed: number, n: number, dim: number): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

/** Runs so many calls a turn until the time is up; calls a second, the first turn left out. */
async function perSecond(turn: () => Promise<number>): Promise<number> {
  await turn();
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) calls += await turn();
  return calls / ((performance.now() - start) / 1000);
}

async function products(): Promise<Figures[]> {
  const out: Figures[] = [];
  for (const [m, n, k] of [[512, 128, 128], [4096 / SHARE, 4096 / SHARE, 4096 / SHARE]] as const) {
    const flops = 2 * m * n * k / 1e9;
    const ours = await productSeconds(m, n, k, SECONDS);
    out.push({
      what: `product ${m} × ${n} × ${k}, GFLOP/s`,
      webgpu: flops / ours,
      tensors: flops * await perSecond(() => tensorProducts(m, n, k)),
    });
  }
  return out;
}

/** Some products of TensorFlow.js, waited for by one number of the last. */
async function tensorProducts(m: number, n: number, k: number): Promise<number> {
  const many = 2 * m * n * k > 1e10 ? 4 : 64;
  const [a, b] = [tf.ones([m, k]), tf.ones([k, n])];
  let last = tf.matMul(a, b);
  for (let i = 1; i < many; i++) {
    last.dispose();
    last = tf.matMul(a, b);
  }
  const one = tf.slice(last, [0, 0], [1, 1]);
  await one.data();
  tf.dispose([a, b, last, one]);
  return many;
}

interface Training {
  readonly what: string;
  readonly spec: Spec;
  readonly loss: Loss;
  readonly n: number;
}

const linear = { kind: "linear" } as const;
const mlp = (width: number, layers: number) =>
  ({ kind: "mlp", hidden: new Array<number>(layers).fill(width), activation: "silu" }) as const;
const NSF = {
  kind: "nsf",
  thetaDim: 5,
  xDim: 10,
  target: "theta",
  transforms: 5,
  bins: 8,
  span: 3,
  trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
} as const satisfies DensitySpec;

const TRAININGS: readonly Training[] = [
  {
    what: "MLP 3 × 128",
    spec: { kind: "network", thetaDim: 3, xDim: 64, trunk: mlp(128, 3), head: linear },
    loss: bce(),
    n: 512,
  },
  {
    what: "MLP 4 × 512",
    spec: { kind: "network", thetaDim: 3, xDim: 64, trunk: mlp(512, 4), head: linear },
    loss: bce(),
    n: 4096,
  },
  {
    what: "convolutions on 25 × 25",
    spec: {
      kind: "network",
      thetaDim: 2,
      xDim: 625,
      embedding: {
        kind: "conv",
        size: [25, 25],
        channels: 1,
        filters: [16, 32],
        kernel: 3,
        pool: 2,
        out: 32,
        activation: "silu",
      },
      trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
      head: linear,
    },
    loss: bce(),
    n: 512,
  },
  { what: "nsf, 5 × 2 × 50", spec: NSF, loss: nll(), n: 2048 },
];

/** Batches of data that stay where they are. */
function batchesOf({ spec, loss }: Training, n: number): Batch[] {
  const data = { theta: normal(1, 4 * n, spec.thetaDim), x: normal(2, 4 * n, spec.xDim), failed: 0 };
  return Array.from({ length: 4 }, (_, i) => {
    const rows = Uint32Array.from({ length: n }, (_, k) => (i * n + k) % data.theta.n);
    return loss.assemble(foldIn(key(3), i), data, rows) as Batch;
  });
}

async function trainings(): Promise<Figures[]> {
  const out: Figures[] = [];
  for (const training of TRAININGS) {
    const { spec, loss, what } = training;
    const n = training.n / SHARE;
    const batches = batchesOf(training, n);
    const side = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
    const scaling = { theta: side(spec.thetaDim), x: side(spec.xDim) };
    const plan = {
      spec,
      loss,
      scaling,
      state: { weights: initWeights(key(0), spec), steps: 0 },
      clipNorm: 5,
      rows: n,
    };
    const measure = async (step: TrainStep, otherwise = 1) => {
      using own = step;
      const many = small ? 2 : own.ahead ?? otherwise;
      return await perSecond(async () => {
        const steps = Array.from({ length: many }, (_, i) => own.step(batches[i % 4]!, 1e-4));
        await Promise.all(steps);
        return many;
      });
    };
    out.push({
      what: `${what}, ${n} rows, steps/s`,
      webgpu: await measure(await webgpuEngine().trainStep(plan)),
      wasm: await measure(await fusedEngine({ workers: 2 }).trainStep(plan)),
      tensors: await measure(await tensorEngine().trainStep(plan), 8),
    });
  }
  return out;
}

async function drawing(): Promise<Figures[]> {
  const spec = NSF;
  const side = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
  const artifact = {
    kind: "posterior",
    spec,
    weights: initWeights(key(0), spec),
    scaling: { theta: side(spec.thetaDim), x: side(spec.xDim) },
  } as unknown as Parameters<ReturnType<typeof webgpuEngine>["density"]>[0];
  const x = normal(4, 1, spec.xDim);
  const n = 2 ** 16 / SHARE;
  using ours = await webgpuEngine().density(artifact);
  using theirs = await fusedEngine({ workers: 2 }).density(artifact);
  return [{
    what: `nsf, ${n} draws of one condition a call, draws/s`,
    webgpu: await perSecond(async () => (await ours.sampleAsync!(key(5), n, x)).n),
    wasm: await perSecond(() => Promise.resolve(theirs.sample(key(5), n, x).n)),
  }];
}

/** All rows of the table. */
export async function figures(): Promise<Figures[]> {
  return [...await products(), ...await trainings(), ...await drawing()];
}

if (import.meta.main) {
  const start = performance.now();
  const { adapter, software } = await useBackend("webgpu");
  console.log(`${adapter}${software ? ", a software adapter: its speed says nothing" : ""}\n`);
  console.log("| what | WebGPU | WASM, two threads | over it | TensorFlow.js on WebGPU | over it |");
  console.log("|---|---:|---:|---:|---:|---:|");
  const cell = (value: number | undefined) => value === undefined ? "" : format(value);
  for (const { what, webgpu, wasm, tensors } of await figures()) {
    const cells = [wasm, tensors].map((other) => `${cell(other)} | ${other ? cell(webgpu / other) : ""}`);
    console.log(`| ${what} | ${cell(webgpu)} | ${cells.join(" | ")} |`);
  }
  console.log(`\n${format((performance.now() - start) / 1000)} s in all`);
  Deno.exit(0);
}
