/** How fast is a whole training step, and a log density, next to stock TensorFlow.js? */

import {
  type Artifact,
  type Batch,
  drawNormal,
  gatherRows,
  initWeights,
  key,
  type Loss,
  type NetworkSpec,
  type Points,
  points,
  stream,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { bce, scoreAugmented } from "@likely/losses";
import { bestMicroseconds } from "./_kernels.ts";
import { format, type Row } from "./_measure.ts";
import { readyStock, type Stock, stock } from "./_stock_tfjs.ts";

/** The question of the table. */
export const question = "One training step and one log density, fused against stock tfjs-wasm";

const CASES: readonly (readonly [string, NetworkSpec, number])[] = [
  ["resnet 2 × 50, 200 + 200 pairs", {
    kind: "network",
    thetaDim: 3,
    xDim: 10,
    trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
    head: { kind: "linear" },
  }, 200],
  ["MLP [64 + 3, 128, 128, 128, 1], 256 + 256 pairs", {
    kind: "network",
    thetaDim: 3,
    xDim: 64,
    trunk: { kind: "mlp", hidden: [128, 128, 128], activation: "silu" },
    head: { kind: "linear" },
  }, 256],
];

/** Steps without and with score term, then 20 points with gradients. */
export async function rows(): Promise<Row[]> {
  await readyStock();
  const out: Row[] = [];
  for (const [name, spec, n] of CASES) {
    const theirs = stock(spec);
    out.push(...await steps(name, spec, n, theirs), ...await density(name, spec, theirs));
  }
  return out;
}

async function steps(name: string, spec: NetworkSpec, n: number, theirs: Stock): Promise<Row[]> {
  const batch: Batch = {
    theta: noise(1, 2 * n, spec.thetaDim),
    x: noise(2, n, spec.xDim),
    atoms: 2,
    score: noise(3, n, spec.thetaDim),
  };
  const [theta, x] = [narrow(batch.theta), narrow(batch.x)];
  const slow = bestMicroseconds(() => theirs.step(theta, x), 2);
  const scale = new Array<number>(spec.thetaDim).fill(1);
  const quarter = {
    ...batch,
    score: gatherRows(batch.score!, Uint32Array.from({ length: n / 4 }, (_, i) => i)),
  };
  const fast = await ours(spec, batch, bce());
  const half = await ours(spec, batch, scoreAugmented(bce(), { scale }));
  const eighth = await ours(spec, quarter, scoreAugmented(bce(), { scale }));
  return [
    { what: `${name}: stock step`, value: slow, unit: "µs" },
    { what: `${name}: fused step, ${format(slow / fast)} × stock`, value: fast, unit: "µs" },
    { what: `${name}: score on half the pairs, ${format(half / fast)} of plain`, value: half, unit: "µs" },
    { what: `${name}: score on an eighth, ${format(eighth / fast)} of plain`, value: eighth, unit: "µs" },
  ];
}

async function ours(spec: NetworkSpec, batch: Batch, loss: Loss): Promise<number> {
  const state = { weights: initWeights(key(0), spec), steps: 0 };
  using step = await fusedEngine().trainStep({ spec, loss, scaling: scalingOf(spec), state, clipNorm: 5 });
  // Ten steps: one of them looks at the gradients where weights adapt.
  return bestMicroseconds(() => {
    for (let i = 0; i < 10; i++) step.step(batch, 1e-3);
  }) / 10;
}

async function density(name: string, spec: NetworkSpec, theirs: Stock): Promise<Row[]> {
  const [theta, x] = [noise(4, 20, spec.thetaDim), noise(5, 1, spec.xDim)];
  const artifact = {
    spec,
    weights: initWeights(key(0), spec),
    scaling: scalingOf(spec),
  } as unknown as Artifact;
  using fused = await fusedEngine().logDensity(artifact, x);
  const fast = bestMicroseconds(() => fused.evaluate(theta));
  const slow = bestMicroseconds(() => theirs.density(narrow(theta), narrow(x)));
  return [
    { what: `${name}: stock log density and gradient at 20 points`, value: slow, unit: "µs" },
    { what: `${name}: fused, ${format(slow / fast)} × stock`, value: fast, unit: "µs" },
  ];
}

function scalingOf({ thetaDim, xDim }: NetworkSpec) {
  const side = (dim: number) => ({
    mean: new Array<number>(dim).fill(0),
    std: new Array<number>(dim).fill(1),
  });
  return { theta: side(thetaDim), x: side(xDim) };
}

function noise(seed: number, n: number, dim: number): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

function narrow({ data }: Points): Float32Array {
  return Float32Array.from(data);
}
