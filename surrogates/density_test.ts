import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Artifact,
  type Batch,
  type DensitySpec,
  densityWidths,
  drawNormal,
  fromRows,
  key,
  type Loss,
  plainDensity,
  type Points,
  points,
  type Scaling,
  standardSlope,
  stream,
  UnsupportedError,
  weightMasks,
  type Weights,
} from "@likely/core";
import { type BackendName, type Matrix, type Scalar, tf, useBackend } from "@likely/core/tensor";
import { DENSITIES, densityArtifact, legalRows } from "../tests/_density_specs.ts";
import { NETWORKS } from "./_networks_test.ts";
import { network } from "./network.ts";
import { tensorDensity } from "./tensor_density.ts";
import { tensorLogDensities, tensorLogDensity } from "./tensor_log_density.ts";
import { tensorTrainStep } from "./tensor_train_step.ts";

const BACKENDS = ["cpu", "wasm"] satisfies BackendName[];

function normalRows(seed: number, n: number, dim: number, scale = 1): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random, 0, scale)), dim);
}

/** θ seen through ends, so that they are part of every comparison. */
function bounded(spec: DensitySpec): Artifact {
  const artifact = densityArtifact(spec, 1, 0.7);
  const ends = Array.from({ length: spec.thetaDim }, (_, j) => j % 2 === 0 ? null : -9);
  const theta = { ...artifact.scaling.theta, log: ends, upper: ends.map((end) => end && 8) };
  return { ...artifact, scaling: { ...artifact.scaling, theta } };
}

/** Each target beside its own condition, in float64. */
function truth(artifact: Artifact, theta: Points, x: Points): Float64Array {
  const isOfX = artifact.spec.kind !== "network" && artifact.spec.target === "x";
  const density = plainDensity(artifact);
  return isOfX ? density.logDensity(x, theta) : density.logDensity(theta, x);
}

/** 1e-4 and a little more where log densities are large. */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assertEquals(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, 1e-4 * (1 + Math.abs(expected[i]!)), `${what}, row ${i}`);
  }
}

for (const backend of BACKENDS) {
  for (const [name, spec] of Object.entries(DENSITIES)) {
    const artifact = bounded(spec);
    const theta = normalRows(2, 7, spec.thetaDim);
    const x = legalRows(spec, normalRows(3, 7, spec.xDim));

    Deno.test(`${name} has the density of float64, with many conditions, on ${backend}`, async () => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      {
        using density = tensorDensity(artifact);
        const [target, condition] = spec.target === "theta" ? [theta, x] : [x, theta];
        assertNear(density.logDensity(target, condition), truth(artifact, theta, x), "pairs");
        const { target: D, condition: C } = densityWidths(spec);
        const [targets, conditions] = [legalRows(spec, normalRows(4, 6, D)), normalRows(5, 2, C)];
        const both = plainDensity(artifact).logDensity(targets, conditions);
        assertNear(density.logDensity(targets, conditions), both, "three for each");
      }
      assertEquals(tf.memory().numTensors, before);
    });

    Deno.test(`${name} has the θ-gradient of float64, on ${backend}`, async () => {
      await useBackend(backend);
      const chains = [0, 3, 6, 1, 1, 5, 2];
      using densities = tensorLogDensities(artifact, x);
      const { value, grad } = densities.evaluate(theta, { chains });
      const seen = points(
        Float64Array.from(chains.flatMap((c) => [...x.data.subarray(c * x.dim, (c + 1) * x.dim)])),
        x.dim,
      );
      assertNear(value, truth(artifact, theta, seen), "values");
      for (let j = 0; j < theta.dim; j++) {
        const moved = (by: number) =>
          truth(
            artifact,
            { ...theta, data: theta.data.map((v, k) => k % theta.dim === j ? v + by : v) },
            seen,
          );
        const [up, down] = [moved(1e-5), moved(-1e-5)];
        for (let i = 0; i < theta.n; i++) {
          const slope = (up[i]! - down[i]!) / 2e-5;
          assertAlmostEquals(grad![i * theta.dim + j]!, slope, 2e-3 * (1 + Math.abs(slope)), `${i}, ${j}`);
        }
      }
    });
  }
}

/** nll of a batch in float64, in nats of the standardised target. */
function referenceLoss(artifact: Artifact, { theta, x }: Batch): number {
  const { spec, scaling } = artifact;
  const isOfX = spec.kind !== "network" && spec.target === "x";
  const [target, by] = isOfX ? [x, scaling.x] : [theta, scaling.theta];
  const slopes = target.data.reduce(
    (sum, v, k) => sum + Math.log(Math.abs(standardSlope(by, k % target.dim, v))),
    0,
  );
  return (slopes - truth(artifact, theta, x).reduce((sum, value) => sum + value, 0)) / x.n;
}

const NLL: Loss = {
  name: "nll",
  options: {},
  assemble: () => {
    throw new Error("not used");
  },
  compute: (estimate, { theta, x }) => tf.tidy(() => tf.neg(tf.mean(estimate(theta, x)))),
};

for (const [name, spec] of Object.entries(DENSITIES)) {
  Deno.test(`${name} has the gradient of every weight, and masked ones stay 0`, async () => {
    await useBackend("wasm");
    const artifact = bounded(spec);
    const batch = {
      theta: normalRows(6, 6, spec.thetaDim),
      x: legalRows(spec, normalRows(7, 6, spec.xDim)),
      atoms: 1,
    };
    const { scaling, weights } = artifact;
    using train = tensorTrainStep({ spec, loss: NLL, scaling, state: { weights, steps: 0 } });
    const loss = await train.step(batch, 0.01);
    const expected = referenceLoss(artifact, batch);
    assertAlmostEquals(loss, expected, 1e-4 * (1 + Math.abs(expected)));
    const { firstMoment, weights: after } = await train.state();
    const masks = weightMasks(spec);
    for (const [path, { data, shape }] of Object.entries(weights)) {
      masks[path]?.forEach((mask, i) => {
        if (mask === 0) assertEquals(after[path]!.data[i], 0);
      });
      // A few weights of each, by a central difference.
      for (let i = 0; i < data.length; i += Math.ceil(data.length / 5)) {
        if (masks[path]?.[i] === 0) continue;
        const at = (by: number) => {
          const changed = { shape, data: Float64Array.from(data, (w, k) => k === i ? w + by : w) };
          const all = { ...weights, [path]: changed as unknown as Weights[string] };
          return referenceLoss({ ...artifact, weights: all }, batch);
        };
        const slope = (at(1e-4) - at(-1e-4)) / 2e-4;
        const gradient = firstMoment![path]!.data[i]! / 0.1;
        assertAlmostEquals(gradient, slope, 2e-3 * (1 + Math.abs(slope)), `${path}[${i}]`);
      }
    }
  });
}

Deno.test("a likelihood adds the densities of independent rows of x up, in raw units", async () => {
  await useBackend("cpu");
  const artifact = bounded(DENSITIES["a masked flow of x"]!);
  const [theta, x] = [normalRows(8, 3, 2), normalRows(9, 4, 3)];
  using density = tensorLogDensity(artifact, x);
  const { value } = density.evaluate(theta, { gradient: false });
  for (let i = 0; i < 3; i++) {
    const one = points(theta.data.slice(2 * i, 2 * i + 2), 2);
    const sum = plainDensity(artifact).logDensity(x, one).reduce((a, b) => a + b, 0);
    assertAlmostEquals(value[i]!, sum, 1e-4 * (1 + Math.abs(sum)));
  }
});

Deno.test("a posterior is evaluated at one observation, and ends where its parameters do", async () => {
  await useBackend("cpu");
  const artifact = bounded(DENSITIES["a flow of splines of two"]!);
  using density = tensorLogDensity(artifact, normalRows(10, 1, 3));
  const { value, grad } = density.evaluate(fromRows([[0, 0], [0, -9], [0, 8.5], [NaN, 0]]));
  assert(Number.isFinite(value[0]!));
  assertEquals([...value.subarray(1)], [-Infinity, -Infinity, -Infinity]);
  assertEquals([...grad!.subarray(2)], [0, 0, 0, 0, 0, 0]);
  assertThrows(() => tensorLogDensity(artifact, normalRows(10, 2, 3)), TypeError, "at several observations");
});

Deno.test("tensorDensity() refuses a network that is no density", async () => {
  await useBackend("cpu");
  const artifact = { ...bounded(DENSITIES["a masked flow of two"]!), spec: NETWORKS["an mlp"]! };
  assertThrows(() => tensorDensity(artifact), UnsupportedError, "a scalar network as a density");
});

/** The mean squared slope in θ of standardised pairs, by float64 differences. */
function slopeTerm(artifact: Artifact, theta: Points, x: Points): number {
  const step = 1e-3;
  let sum = 0;
  for (let j = 0; j < theta.dim; j++) {
    const at = (by: number) =>
      truth(artifact, { ...theta, data: theta.data.map((v, k) => k % theta.dim === j ? v + by : v) }, x);
    const [a, b, c, d] = [at(step), at(-step), at(2 * step), at(-2 * step)];
    a!.forEach((value, i) => sum += ((8 * (value - b![i]!) - (c![i]! - d![i]!)) / (12 * step)) ** 2);
  }
  return sum / (theta.n * theta.dim);
}

Deno.test("the θ-slope of a likelihood can be trained: its gradient in the weights is right", async () => {
  await useBackend("wasm");
  const identity = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
  for (const [name, spec] of Object.entries(DENSITIES).filter(([, { target }]) => target === "x")) {
    const scaling: Scaling = { theta: identity(spec.thetaDim), x: identity(spec.xDim) };
    const artifact = { ...densityArtifact(spec, 2, 0.7), scaling };
    const [theta, x] = [normalRows(11, 4, spec.thetaDim), legalRows(spec, normalRows(12, 4, spec.xDim))];
    const names = Object.keys(artifact.weights);
    const on = ({ data, n, dim }: Points) => tf.tensor2d([...data], [n, dim]);
    const tensors = names.map((path) =>
      tf.tensor(artifact.weights[path]!.data, [...artifact.weights[path]!.shape])
    );
    const { value, grads } = tf.valueAndGrads((...weights) => {
      const estimate = network(spec).estimate(
        Object.fromEntries(names.map((path, i) => [path, weights[i]!])),
      );
      const slope = tf.grad((at) => tf.sum(estimate(at as Matrix, on(x))))(on(theta));
      return tf.mean(tf.square(slope)) as Scalar;
    })(tensors);
    assertAlmostEquals(value.dataSync()[0]!, slopeTerm(artifact, theta, x), 2e-3, name);
    const masks = weightMasks(spec);
    names.forEach((path, w) => {
      const { data, shape } = artifact.weights[path]!;
      const i = masks[path] ? masks[path].indexOf(1) : data.length >> 1;
      if (i < 0) return;
      const at = (by: number) => {
        const changed = { shape, data: Float64Array.from(data, (v, k) => k === i ? v + by : v) };
        const weights = { ...artifact.weights, [path]: changed as unknown as Weights[string] };
        return slopeTerm({ ...artifact, weights }, theta, x);
      };
      const slope = (at(1e-4) - at(-1e-4)) / 2e-4;
      assertAlmostEquals(
        grads[w]!.dataSync()[i]!,
        slope,
        5e-3 * (1 + Math.abs(slope)),
        `${name}: ${path}[${i}]`,
      );
    });
    tf.dispose([value, ...grads, ...tensors]);
  }
});
