// From simulations to a log ratio that is known exactly, through every kind of network.

import { assert } from "@std/assert";
import {
  type Dataset,
  drawNormal,
  type EmbeddingSpec,
  key,
  type NetworkSpec,
  type Points,
  stream,
  zeros,
} from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { BCE } from "./_toy_test.ts";
import { freeze } from "./freeze.ts";
import { tensorEngine } from "./tensor_engine.ts";
import { train } from "./train.ts";

/** Noise of one number of x: twelve of them together say about as much as the prior. */
const NOISE = 3;

/** θ ~ N(0, 1), x: `copies` independent N(θ, NOISE² · copies / 12). */
function repeated(seed: number, n: number, copies: number): Dataset {
  const random = stream(key(seed));
  const [theta, x] = [zeros(n, 1), zeros(n, copies)];
  for (let i = 0; i < n; i++) {
    theta.data[i] = drawNormal(random);
    for (let j = 0; j < copies; j++) x.data[i * copies + j] = drawNormal(random, theta.data[i], sd(copies));
  }
  return { theta, x, failed: 0 };
}

function sd(copies: number): number {
  return NOISE * Math.sqrt(copies / 12);
}

/** The mean of x is sufficient: log N(mean; θ, v) − log N(mean; 0, 1 + v). */
function exactRatio(theta: number, x: Float64Array): number {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const v = sd(x.length) ** 2 / x.length;
  return (mean ** 2 / (1 + v) - (mean - theta) ** 2 / v + Math.log((1 + v) / v)) / 2;
}

const EMBEDDINGS: Readonly<Record<string, readonly [copies: number, embedding?: EmbeddingSpec]>> = {
  "no embedding": [1],
  "a dense embedding": [12, { kind: "dense", hidden: [16], out: 4, activation: "silu" }],
  "a set": [12, {
    kind: "set",
    element: 1,
    each: [16, 8],
    pool: "mean",
    hidden: [],
    out: 4,
    activation: "silu",
  }],
  "a line": [12, {
    kind: "conv",
    size: [12],
    channels: 1,
    filters: [4],
    kernel: 3,
    pool: 2,
    out: 4,
    activation: "silu",
  }],
  "an image": [12, {
    kind: "conv",
    size: [4, 3],
    channels: 1,
    filters: [4],
    kernel: 3,
    pool: 1,
    out: 4,
    activation: "silu",
  }],
};

async function meanError(
  spec: NetworkSpec,
  test: Dataset,
  ratio: (row: Points) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let i = 0; i < test.theta.n; i++) {
    const x = { data: test.x.data.subarray(i * spec.xDim, (i + 1) * spec.xDim), n: 1, dim: spec.xDim };
    sum += Math.abs(await ratio(x) - exactRatio(test.theta.data[i]!, x.data));
  }
  return sum / test.theta.n;
}

for (const [name, [copies, embedding]] of Object.entries(EMBEDDINGS)) {
  Deno.test(`train() with ${name} learns the exact log ratio`, async () => {
    await useBackend("wasm");
    const spec: NetworkSpec = {
      kind: "network",
      thetaDim: 1,
      xDim: copies,
      ...(embedding && { embedding }),
      trunk: { kind: "mlp", hidden: [32, 32], activation: "silu" },
      head: { kind: "linear" },
    };
    const engine = tensorEngine();
    const trained = await train(key(1), repeated(2, 5000, copies), {
      engine,
      spec,
      loss: BCE,
      batchSize: 250,
      learningRate: 1e-2,
      schedule: "cosine",
      maxEpochs: 10,
    });
    const artifact = freeze(trained, {
      kind: "ratio",
      prior: { kind: "multivariate_normal", names: ["mean"], mean: [0], covariance: [[1]] },
      simulator: "repeated",
    });
    const test = repeated(3, 200, copies);
    let i = 0;
    const error = await meanError(spec, test, async (x) => {
      using density = await engine.logDensity(artifact, x);
      return density.evaluate({ data: test.theta.data.subarray(i, ++i), n: 1, dim: 1 }).value[0]!;
    });
    // A network that knows nothing errs by the mean of |log ratio|, 0.65.
    const blank = await meanError(spec, test, () => Promise.resolve(0));
    assert(blank > 0.5, `mean log ratio ${blank} nats`);
    assert(error < 0.15, `mean error ${error} nats`);
  });
}
