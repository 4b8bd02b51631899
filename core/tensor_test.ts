import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { repairTensorFlow } from "./_tensor_repairs.ts";
import { type BackendPreference, type Tensor4D, tf, useBackend } from "./tensor.ts";

/** Runs a function on a machine whose GPU is the given one; there is none without. */
async function withAdapter(adapter: unknown, run: () => Promise<void>): Promise<void> {
  const gpu = { requestAdapter: () => Promise.resolve(adapter) };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(navigator, "gpu");
  }
}

/** How often a function runs a kernel of the WASM backend. */
function callsOf(kernelName: string, run: () => void): number {
  const config = tf.getKernel(kernelName, "wasm");
  let calls = 0;
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({ ...config, kernelFunc: (call) => (calls++, config.kernelFunc(call)) });
  run();
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel(config);
  return calls;
}

// First: afterwards a backend is in use, and "auto" keeps it.
Deno.test("useBackend() passes over a software GPU unless it is asked for", async () => {
  await withAdapter({ info: { isFallbackAdapter: true } }, async () => {
    assertEquals(await useBackend(), { name: "wasm", simd: true });
    assertEquals(tf.getBackend(), "wasm");
  });
});

Deno.test("useBackend() chooses once: later and simultaneous calls get the same report", async () => {
  const [a, b] = await Promise.all([useBackend(), useBackend("wasm")]);
  assertStrictEquals(a, b);
  assertStrictEquals(await useBackend("auto"), a);
});

Deno.test("useBackend() switches when another backend is asked for by name", async () => {
  const wasm = await useBackend("wasm");
  assertEquals(await useBackend("cpu"), { name: "cpu", simd: false });
  assertEquals(tf.getBackend(), "cpu");
  assertEquals((await useBackend()).name, "cpu");
  assertEquals(await useBackend("wasm"), wasm);
  assertEquals(await tf.add(1, 2).data(), new Float32Array([3]));
});

Deno.test("useBackend() refuses a missing backend, says why, and leaves the one in use", async () => {
  await useBackend("wasm");
  await withAdapter(null, async () => {
    await assertRejects(() => useBackend("webgpu"), Error, "Cannot use the webgpu backend");
    await assertRejects(() => useBackend("webgpu"), Error, "there is no GPU adapter");
  });
  assertEquals((await useBackend()).name, "wasm");
  assertEquals(tf.getBackend(), "wasm");
});

Deno.test("useBackend() refuses a name it does not know", async () => {
  await assertRejects(() => useBackend("webgl" as BackendPreference), RangeError, "current value is webgl");
});

Deno.test("repairing twice changes nothing", () => {
  const record = Reflect.get(tf.engine(), "addTapeNode");
  const gradient = tf.getGradient("AvgPoolGrad");
  repairTensorFlow();
  assertStrictEquals(Reflect.get(tf.engine(), "addTapeNode"), record);
  assertStrictEquals(tf.getGradient("AvgPoolGrad"), gradient);
});

Deno.test("another version of TensorFlow.js is refused by its name", () => {
  assertThrows(() => repairTensorFlow("4.23.0"), Error, "must be 4.22.0: current value is 4.23.0");
});

Deno.test("a long sum on wasm keeps float32 accuracy along every axis", async () => {
  await useBackend("wasm");
  const n = 1 << 20;
  const x = tf.fill([n / 4, 4], 0.1);
  const sums = tf.tidy(() => [tf.sum(x), tf.mean(x), tf.sum(x, 0), tf.mean(x, 0, true)]);
  const [total, mean, columns, means] = await Promise.all(sums.map((sum) => sum.data()));
  // Stock: 1e-2. The terms themselves are 0.1 rounded to float32, 1.5e-8 off.
  assert(Math.abs(total![0]! / (n / 10) - 1) < 1e-6, `${total}`);
  assert(Math.abs(mean![0]! - 0.1) < 1e-7, `${mean}`);
  assert(columns!.every((value) => Math.abs(value / (n / 40) - 1) < 1e-6), `${columns}`);
  assert(means!.every((value) => Math.abs(value - 0.1) < 1e-7), `${means}`);
  assertEquals(sums.map(({ shape }) => shape), [[], [], [4], [1, 4]]);
  tf.dispose([x, ...sums]);
});

Deno.test("the gradient of a product on wasm transposes, and leaves the slow kernel alone", async () => {
  await useBackend("wasm");
  const gradient = tf.grads((a, b) => tf.sum(tf.matMul(a as typeof x, b as typeof x)));
  const x = tf.ones([3, 3]);
  assertEquals(callsOf("Transpose", () => tf.tidy(() => gradient([x, x]))), 2);
  x.dispose();
});

Deno.test("the image gradient of a convolution on wasm is a convolution", async () => {
  await useBackend("wasm");
  const filter = tf.ones([3, 3, 1, 1]) as Tensor4D;
  const image = tf.ones([1, 5, 5, 1]) as Tensor4D;
  const gradient = tf.grad((x) => tf.sum(tf.conv2d(x as Tensor4D, filter, 1, "same")));
  assertEquals(callsOf("Conv2D", () => tf.tidy(() => gradient(image))), 2);
  tf.dispose([filter, image]);
});

Deno.test("a fused product with transposed factors equals the plain one on wasm", async () => {
  await useBackend("wasm");
  const [a, b, bias] = [tf.ones([64, 3]), tf.range(0, 256), tf.range(0, 4)];
  const matrix = b.reshape([4, 64]) as typeof a;
  const fused = tf.fused.matMul({ a, b: matrix, transposeA: true, transposeB: true, bias });
  const plain = tf.tidy(() => tf.add(tf.matMul(tf.transpose(a), tf.transpose(matrix)), bias));
  assertEquals(await fused.data(), await plain.data());
  tf.dispose([a, b, bias, matrix, fused, plain]);
});

Deno.test("a filter gradient on wasm is the same whether images are unrolled at once or in pieces", async () => {
  // 40 images of 25 × 25 × 4 unroll to 0.9 million numbers, 80 to more than one piece.
  await useBackend("wasm");
  const before = tf.memory().numDataBuffers;
  const image = tf.tidy(() => tf.sin(tf.reshape(tf.range(0, 40 * 2500), [40, 25, 25, 4])) as Tensor4D);
  const filter = tf.tidy(() => tf.cos(tf.reshape(tf.range(0, 108), [3, 3, 4, 3])) as Tensor4D);
  const gradient = (x: Tensor4D) =>
    tf.tidy(() => tf.grad((w) => tf.sum(tf.square(tf.conv2d(x, w as Tensor4D, 1, "same"))))(filter));
  const once = gradient(image);
  const double = tf.concat([image, image], 0);
  const twice = gradient(double);
  const worst = tf.tidy(() => tf.max(tf.abs(tf.sub(tf.div(twice, 2), once))));
  const scale = tf.tidy(() => tf.max(tf.abs(once)));
  assert((await worst.data())[0]! < 1e-5 * (await scale.data())[0]!);
  tf.dispose([image, filter, once, double, twice, worst, scale]);
  assertEquals(tf.memory().numDataBuffers, before);
});

Deno.test("average pooling with padding has a value but refuses a wrong gradient", async () => {
  await useBackend("cpu");
  const x = tf.ones([1, 3, 3, 1]) as Tensor4D;
  const pool = (x: Tensor4D) => tf.avgPool(x, 2, 2, "same");
  assertEquals(await pool(x).data(), new Float32Array([1, 1, 1, 1]));
  assertThrows(() => tf.grad((x) => tf.sum(pool(x as Tensor4D)))(x), RangeError, `pad "valid"`);
});
