import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Artifact,
  type ArtifactKind,
  drawNormal,
  fromRows,
  initWeights,
  key,
  type NetworkSpec,
  type Points,
  points,
  scalarNetwork,
  stream,
  type Weights,
} from "@likely/core";
import { type BackendName, tf, useBackend } from "@likely/core/tensor";
import { output } from "../tests/_reference_network.ts";
import { NETWORKS } from "./_networks_test.ts";
import { tensorLogDensity } from "./tensor_log_density.ts";

function artifactOf(spec: NetworkSpec, weights: Weights, kind: ArtifactKind = "ratio"): Artifact {
  const side = (dim: number) => ({
    mean: Array.from({ length: dim }, (_, j) => 0.1 * j - 1),
    std: Array.from({ length: dim }, (_, j) => 0.5 + 0.4 * (j % 3)),
  });
  return {
    kind,
    spec,
    weights,
    prior: {
      kind: "multivariate_normal",
      names: ["a", "b"],
      mean: [0, 0],
      covariance: [[1, 0], [0, 1]],
    },
    scaling: { theta: side(spec.thetaDim), x: side(spec.xDim) },
    provenance: {
      simulator: "none",
      simulations: 0,
      failed: 0,
      key: "0:0",
      loss: { name: "none", options: {} },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}

function normalRows(seed: number, n: number, dim: number): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

/** The sum over the rows of x, in float64. */
function reference({ spec, weights, scaling }: Artifact, theta: readonly number[], x: Points): number {
  const standard = (row: readonly number[], { mean, std }: Artifact["scaling"]["x"]) =>
    row.map((value, j) => (value - mean[j]!) / std[j]!);
  let sum = 0;
  for (let i = 0; i < x.n; i++) {
    const row = [...x.data.subarray(i * x.dim, (i + 1) * x.dim)];
    sum += output(weights, scalarNetwork(spec), standard(theta, scaling.theta), standard(row, scaling.x));
  }
  return sum;
}

for (const backend of ["cpu", "wasm"] satisfies BackendName[]) {
  for (const [name, spec] of Object.entries(NETWORKS)) {
    Deno.test(`tensorLogDensity() gives value and gradient of ${name} in raw units, on ${backend}`, async () => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      const artifact = artifactOf(spec, initWeights(key(1), spec));
      const x = normalRows(2, 3, spec.xDim);
      const theta = normalRows(3, 4, spec.thetaDim);
      {
        using density = tensorLogDensity(artifact, x);
        const { value, grad } = density.evaluate(theta);
        for (let i = 0; i < theta.n; i++) {
          const row = [...theta.data.subarray(2 * i, 2 * i + 2)];
          assertAlmostEquals(value[i]!, reference(artifact, row, x), 1e-5);
          row.forEach((at, j) => {
            const moved = (by: number) => reference(artifact, row.with(j, at + by), x);
            assertAlmostEquals(grad![2 * i + j]!, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-5);
          });
        }
      }
      assertEquals(tf.memory().numTensors, before);
    });
  }
}

Deno.test("tensorLogDensity() gives the same however many points are asked for at once", async () => {
  await useBackend("wasm");
  const spec = NETWORKS["an mlp"]!;
  // 600 rows of x: 27 points a turn.
  using density = tensorLogDensity(artifactOf(spec, initWeights(key(1), spec)), normalRows(2, 600, 12));
  const theta = normalRows(3, 60, 2);
  const { value, grad } = density.evaluate(theta);
  for (const i of [0, 26, 27, 59]) {
    const one = density.evaluate(points(theta.data.slice(2 * i, 2 * i + 2), 2));
    assertAlmostEquals(value[i]!, one.value[0]!, 1e-4);
    assertAlmostEquals(grad![2 * i]!, one.grad![0]!, 1e-4);
  }
  assertEquals(density.evaluate(points(new Float64Array(0), 2)).value.length, 0);
});

Deno.test("tensorLogDensity() never returns NaN: what has no value is impossible, or infinitely far", async () => {
  await useBackend("cpu");
  const spec = NETWORKS["an mlp"]!;
  const weights = initWeights(key(1), spec);
  const x = normalRows(2, 1, 12);
  const theta = fromRows([[NaN, 0], [0, 0], [Infinity, 1], [1e300, 1e300]]);
  for (const [kind, impossible] of [["ratio", -Infinity], ["cost", Infinity]] as const) {
    using density = tensorLogDensity(artifactOf(spec, weights, kind), x);
    const { value, grad } = density.evaluate(theta);
    assertEquals(value[0], impossible);
    assert(Number.isFinite(value[1]!));
    assert(value.every((v) => !Number.isNaN(v)) && grad!.every(Number.isFinite));
    assertEquals([grad![0], grad![1]], [0, 0]);
    assert(grad![2] !== 0);
  }
});

Deno.test("tensorLogDensity() refuses what is no function of theta and x, and observations that do not fit", async () => {
  await useBackend("cpu");
  const spec = NETWORKS["an mlp"]!;
  const artifact = artifactOf(spec, initWeights(key(1), spec));
  const x = normalRows(2, 1, 12);
  assertThrows(() => tensorLogDensity({ ...artifact, kind: "posterior" }, x), Error, "posterior");
  assertThrows(() => tensorLogDensity(artifact, normalRows(2, 1, 11)), TypeError, "rows of 12");
  assertThrows(() => tensorLogDensity(artifact, points(new Float64Array(0), 12)), TypeError, "0 rows");
  assertThrows(() => tensorLogDensity(artifact, fromRows([new Array(12).fill(NaN)])), RangeError, "finite");
  assertThrows(() => tensorLogDensity({ ...artifact, weights: {} }, x), TypeError, "trunk/0/weight");
});
