/** How much faster is a training step on two threads than on one? */

import {
  type Artifact,
  drawNormal,
  initWeights,
  key,
  type Loss,
  type NetworkSpec,
  points,
  stream,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { format, median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Two threads against one: a training step of 2,000 + 2,000 pairs, 1,024 log densities";

const BASE = { kind: "network", thetaDim: 3, head: { kind: "linear" } } as const;
const SPECS: Readonly<Record<string, NetworkSpec>> = {
  "MLP [64 + 3, 128, 128, 128, 1]": {
    ...BASE,
    xDim: 64,
    trunk: { kind: "mlp", hidden: [128, 128, 128], activation: "silu" },
  },
  "resnet 2 × 50": { ...BASE, xDim: 10, trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" } },
};
const ROWS = 2000;
const POINTS = 1024;
const SECONDS = 3;

/** Both ways by turns, so that a busy machine disturbs them alike. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    out.push(...await steps(name, spec), ...await densities(name, spec));
  }
  return out;
}

async function steps(name: string, spec: NetworkSpec): Promise<Row[]> {
  const loss = { name: "bce", options: {} } as unknown as Loss; // only its name matters here
  const state = { weights: initWeights(key(0), spec), steps: 0 };
  const plan = { spec, loss, scaling: scalingOf(spec), state, clipNorm: 5 };
  const batch = { theta: noise(1, 2 * ROWS, spec.thetaDim), x: noise(2, ROWS, spec.xDim), atoms: 2 };
  using one = await fusedEngine({ workers: 1 }).trainStep(plan);
  using two = await fusedEngine({ workers: 2 }).trainStep(plan);
  return await compare(`${name}, step`, () => one.step(batch, 1e-3), () => two.step(batch, 1e-3));
}

async function densities(name: string, spec: NetworkSpec): Promise<Row[]> {
  const artifact = {
    spec,
    weights: initWeights(key(0), spec),
    scaling: scalingOf(spec),
  } as unknown as Artifact;
  const [x, theta] = [noise(3, 1, spec.xDim), noise(4, POINTS, spec.thetaDim)];
  using one = await fusedEngine({ workers: 1 }).logDensity(artifact, x);
  using two = await fusedEngine({ workers: 2 }).logDensity(artifact, x);
  return await compare(`${name}, log density`, () => one.evaluate(theta), () => two.evaluate(theta));
}

/** Best and median of each, and the ratios. */
async function compare(what: string, one: () => unknown, two: () => unknown): Promise<Row[]> {
  const times: [number[], number[]] = [[], []];
  two(); // plans, and calls for the helper
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let i = 0; i < 5; i++) [one, two].forEach((call) => call());
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
    [one, two].forEach((call, k) => {
      const start = performance.now();
      call();
      times[k]!.push(performance.now() - start);
    });
  }
  const busiest = [busiestThread(one), busiestThread(two)] as const;
  const best = times.map((all) => Math.min(...all)) as [number, number];
  const middle = times.map(median) as [number, number];
  const ratio = `${format(best[0] / best[1])} × one (medians: ${format(middle[0] / middle[1])} ×)`;
  return [
    { what: `${what}: one thread`, value: best[0], unit: "ms" },
    { what: `${what}: two threads, ${ratio}`, value: best[1], unit: "ms" },
    {
      what: `${what}: processor time of the busiest thread, one thread's over this`,
      value: busiest[0] / busiest[1],
      unit: "×",
    },
  ];
}

/**
 * Milliseconds on a processor that the busiest thread needs for a call: what a call would take
 * if nobody else used the machine. NaN where the system does not tell.
 */
function busiestThread(call: () => unknown): number {
  const calls = 20;
  const before = threadTimes();
  for (let i = 0; i < calls; i++) call();
  const spent = Object.entries(threadTimes()).map(([thread, time]) => time - (before[thread] ?? 0));
  return spent.length === 0 ? NaN : Math.max(...spent) / calls;
}

/** Milliseconds on a processor of each thread so far, as Linux tells them. */
function threadTimes(): Record<string, number> {
  const folder = "/proc/self/task";
  try {
    const threads = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const timeOf = (name: string) =>
      Number(Deno.readTextFileSync(`${folder}/${name}/schedstat`).split(" ")[0]);
    return Object.fromEntries(threads.map((name) => [name, timeOf(name) / 1e6]));
  } catch {
    return {};
  }
}

function scalingOf({ thetaDim, xDim }: NetworkSpec) {
  const side = (dim: number) => ({
    mean: new Array<number>(dim).fill(0),
    std: new Array<number>(dim).fill(1),
  });
  return { theta: side(thetaDim), x: side(xDim) };
}

function noise(seed: number, n: number, dim: number) {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}
