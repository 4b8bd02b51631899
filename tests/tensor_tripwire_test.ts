/**
 * Tensors against float64, on every backend this machine has: values, gradients, and gradients
 * of gradients. Stock TensorFlow.js fails here; so does any change that undoes a repair.
 */

import { assert, assertEquals } from "@std/assert";
import {
  type BackendName,
  type Scalar,
  type Tensor,
  type Tensor4D,
  tf,
  useBackend,
  type Vector,
} from "@likely/core/tensor";
import { averagePool, convolve, gradient, product, sigmoid, softplus, wave } from "./_float64.ts";
import { type OpCase, OPS, part } from "./_tensor_ops.ts";

/** Largest error over 1 + the largest true number; WGSL promises less than IEEE arithmetic. */
const TOLERANCE: Readonly<Record<BackendName, number>> = { cpu: 1e-5, wasm: 1e-5, webgpu: 1e-3 };

/** Tries a backend; the reason why not, where it does not work. */
async function absence(name: BackendName): Promise<string | undefined> {
  try {
    await useBackend(name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function assertClose(what: string, actual: Tensor, expected: readonly number[], backend: BackendName) {
  const data = await actual.data();
  actual.dispose();
  assertEquals(data.length, expected.length, what);
  const scale = 1 + Math.max(...expected.map(Math.abs));
  const error = Math.max(...expected.map((value, i) => Math.abs(value - data[i]!))) / scale;
  assert(
    error < TOLERANCE[backend],
    `${what} on ${backend}: error ${error}, got ${data.slice(0, 4)}, true ${expected.slice(0, 4)}`,
  );
}

/** Runs a check on a backend; nothing it made may stay. */
async function checkOn(backend: BackendName, check: () => Promise<void>): Promise<void> {
  await useBackend(backend);
  const before = tf.memory();
  await check();
  const after = tf.memory();
  assertEquals(after.numTensors, before.numTensors, "live tensors");
  assertEquals(after.numDataBuffers, before.numDataBuffers, "live buffers");
}

/** `Σ cᵢ (yᵢ + yᵢ²/2)`: every output counts, and even a linear operation has a second derivative. */
function lossOf(y: readonly number[]): number {
  const c = wave(y.length, 0.1);
  return y.reduce((sum, value, i) => sum + c[i]! * (value + value * value / 2), 0);
}

function tensorLossOf(y: Tensor): Scalar {
  const flat = tf.reshape(y, [-1]);
  const c = tf.tensor1d(wave(flat.size, 0.1));
  return tf.sum(tf.mul(c, tf.add(flat, tf.mul(tf.square(flat), 0.5)))) as Scalar;
}

async function checkOp({ name, at, op, truth }: OpCase, backend: BackendName): Promise<void> {
  const loss = (x: readonly number[]) => lossOf(truth(x));
  const direction = wave(at.length, 2.3);
  const tensorLoss = (x: Tensor) => tensorLossOf(op(x as Vector));
  const slope = (x: Tensor) => tf.sum(tf.mul(tf.grad(tensorLoss)(x), tf.tensor1d(direction)));

  const x = tf.tensor1d([...at]);
  await assertClose(`${name}`, tf.tidy(() => op(x)), truth(at), backend);
  const first = gradient(loss, at, 1e-5);
  await assertClose(`gradient of ${name}`, tf.tidy(() => tf.grad(tensorLoss)(x)), first, backend);
  const slopeInFloat64 = (x: number[]) => {
    const along = (h: number) => loss(x.map((value, i) => value + h * direction[i]!));
    return (along(1e-4) - along(-1e-4)) / 2e-4;
  };
  const second = gradient(slopeInFloat64, at, 1e-4);
  await assertClose(`second gradient of ${name}`, tf.tidy(() => tf.grad(slope)(x)), second, backend);
  x.dispose();
}

/** A network f(θ; weights) on `n` rows, twice: as tensors and in float64. */
interface NetworkCase {
  readonly name: string;
  readonly weights: number;
  /** `[n, d]`. */
  readonly theta: readonly [number, number];
  readonly tensor: (theta: Tensor, weights: Vector) => Tensor;
  readonly truth: (theta: readonly number[], weights: readonly number[]) => readonly number[];
}

/** 3 inputs, two layers of 6, one output. */
function mlp(
  name: string,
  act: readonly [(x: Tensor) => Tensor, (x: number) => number],
  head: readonly [(x: Tensor) => Tensor, (x: number) => number] = [(x) => x, (x) => x],
): NetworkCase {
  const layers = [[3, 6, 0], [6, 6, 24], [6, 1, 66]] as const;
  return {
    name,
    weights: 73,
    theta: [4, 3],
    tensor: (theta, w) => {
      const dense = (h: Tensor, [i, o, at]: readonly [number, number, number]) =>
        tf.add(tf.matMul(h as Vector, part(w, at, [i, o])), part(w, at + i * o, [o]));
      const hidden = act[0](dense(act[0](dense(theta, layers[0])), layers[1]));
      return head[0](dense(hidden, layers[2]));
    },
    truth: (theta, w) => {
      const dense = (h: readonly number[], [i, o, at]: readonly [number, number, number]) =>
        product(h, w.slice(at), 4, i, o).map((value, k) => value + w[at + i * o + k % o]!);
      const hidden = dense(dense(theta, layers[0]).map(act[1]), layers[1]).map(act[1]);
      return dense(hidden, layers[2]).map(head[1]);
    },
  };
}

/** Images of `[4, 5]` cells are the inputs: convolution, pooling, convolution, mean, output. */
const convNet: NetworkCase = {
  name: "a convolutional network",
  weights: 18 + 36 + 2,
  theta: [2, 20],
  tensor: (theta, w) => {
    const filter = (at: number, channels: number) => part(w, at, [3, 3, channels, 2]) as Tensor4D;
    const h = tf.conv2d(tf.reshape(theta, [2, 4, 5, 1]) as Tensor4D, filter(0, 1), 1, "same");
    const pooled = tf.avgPool(tf.mul(h, tf.sigmoid(h)) as Tensor4D, [2, 2], [2, 2], "valid");
    const top = tf.tanh(tf.conv2d(pooled, filter(18, 2), 1, "same"));
    return tf.matMul(tf.mean(top, [1, 2]) as Vector, part(w, 54, [2, 1]));
  },
  truth: (theta, w) => {
    const image = { image: [2, 4, 5, 1], size: [3, 3], stride: 1, pad: "same" } as const;
    const h = convolve(theta, w, 2, image).map((x) => x * sigmoid(x));
    const pooled = averagePool(h, { image: [2, 4, 5, 2], size: [2, 2], stride: 2, pad: "valid" });
    const next = { image: [2, 2, 2, 2], size: [3, 3], stride: 1, pad: "same" } as const;
    const top = convolve(pooled, w.slice(18), 2, next).map(Math.tanh);
    const mean = averagePool(top, { image: [2, 2, 2, 2], size: [2, 2], stride: 2, pad: "valid" });
    return product(mean, w.slice(54), 2, 2, 1);
  },
};

const identity = [(x: Tensor) => x, (x: number) => x] as const;
const NETWORKS: readonly NetworkCase[] = [
  mlp("a tanh network", [tf.tanh, Math.tanh], identity),
  mlp("a silu network", [(x) => tf.mul(x, tf.sigmoid(x)), (x) => x * sigmoid(x)], identity),
  mlp("a relu network with a softplus head", [tf.relu, (x) => Math.max(x, 0)], [tf.softplus, softplus]),
  convNet,
];

const square = (x: readonly number[]) => x.reduce((sum, value) => sum + value * value, 0);

/** Weight gradients of mean f² and of the mean squared score, mean |∂f/∂θ|². */
async function checkNetwork({ name, weights, theta, tensor, truth }: NetworkCase, backend: BackendName) {
  const [n] = theta;
  const at = wave(theta[0] * theta[1], 1.9);
  const w = wave(weights, 0.6);
  const x = tf.tensor2d(at, [...theta]);
  const values = tf.tensor1d(w);

  const fit = (w: Tensor) => tf.mean(tf.square(tensor(x, w as Vector)));
  const fitted = gradient((w) => square(truth(at, w)) / n, w, 1e-5);
  await assertClose(`first-order loss of ${name}`, tf.tidy(() => tf.grad(fit)(values)), fitted, backend);

  const score = (w: Tensor) => {
    const slope = tf.grad((theta: Tensor) => tf.sum(tensor(theta, w as Vector)))(x);
    return tf.div(tf.sum(tf.square(slope)), n);
  };
  const total = (w: readonly number[]) => (theta: number[]) => truth(theta, w).reduce((a, b) => a + b, 0);
  const scored = gradient((w) => square(gradient(total(w), at, 1e-4)) / n, w, 1e-4);
  await assertClose(`score loss of ${name}`, tf.tidy(() => tf.grad(score)(values)), scored, backend);
  x.dispose();
  values.dispose();
}

for (const backend of ["cpu", "wasm", "webgpu"] as const) {
  const reason = await absence(backend);
  if (reason) {
    Deno.test({ name: `${backend} is not here, so not tested: ${reason}`, ignore: true, fn() {} });
    continue;
  }
  for (const op of OPS) {
    Deno.test(`${op.name} is right to second order on ${backend}`, () =>
      checkOn(backend, () => checkOp(op, backend)));
  }
  for (const network of NETWORKS) {
    Deno.test(`${network.name} has the right weight gradients on ${backend}`, () =>
      checkOn(backend, () => checkNetwork(network, backend)));
  }
}
