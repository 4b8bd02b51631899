import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawUniform, key, stream } from "@likely/core";
import { affine, type Matrix, padded, product, productTurned, transpose, workspace } from "./_dense.ts";
import { adam, backward, forward, initMlp, makeMlp, type Mlp } from "./_mlp.ts";

const random = stream(key(1));

function lent(...shapes: readonly (readonly [number, number])[]): Matrix[] {
  const take = workspace(shapes.reduce((sum, [rows, cols]) => sum + rows * cols, 0));
  return shapes.map(([rows, cols]) => ({ data: fill(take(rows * cols)), rows, cols }));
}

function fill(numbers: Float32Array): Float32Array {
  for (let k = 0; k < numbers.length; k++) numbers[k] = drawUniform(random, -1, 1);
  return numbers;
}

// (A B)ᵢⱼ in float64.
function sumOfProducts(a: Matrix, b: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.cols; k++) sum += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
  return sum;
}

Deno.test("products are sums of products, whatever the shape", () => {
  for (const [m, k, n] of [[8, 8, 8], [16, 8, 24], [8, 40, 16], [24, 208, 8]] as const) {
    const [a, turned, b, bias, one, two, three] = lent([m, k], [k, m], [k, n], [1, n], [m, n], [m, n], [
      m,
      n,
    ]);
    transpose(a!, turned!);
    product(a!, b!, one!);
    productTurned(turned!, b!, two!);
    affine(a!, { weight: b!, bias: bias!.data, floor: 0.25 }, three!);
    for (let at = 0; at < m * n; at++) {
      const sum = sumOfProducts(a!, b!, Math.floor(at / n), at % n);
      assertAlmostEquals(one!.data[at]!, sum, 2e-6 * k);
      assertAlmostEquals(two!.data[at]!, sum, 2e-6 * k);
      assertAlmostEquals(three!.data[at]!, Math.max(0.25, sum + bias!.data[at % n]!), 2e-6 * k);
    }
  }
});

Deno.test("sizes are rounded up to eight", () => {
  assertEquals([1, 8, 9, 20].map(padded), [8, 8, 16, 24]);
});

const WIDTHS = [3, 6, 5, 1];

function example(): Mlp {
  const mlp = makeMlp(WIDTHS, 7);
  initMlp(key(0), mlp, WIDTHS);
  const { data, cols } = mlp.values[0]!;
  for (let i = 0; i < 7; i++) fill(data.subarray(i * cols, i * cols + 3));
  return mlp;
}

// Σᵢ wᵢ logitᵢ in float64, from parameters laid out as the network's.
function weightedLogits({ layers, values }: Mlp, w: readonly number[]): number {
  const input = values[0]!;
  return w.reduce((total, weight, i) => {
    let row = Array.from(input.data.subarray(i * input.cols, (i + 1) * input.cols));
    layers.forEach(({ weight, bias }, l) => {
      const out = Array.from(
        bias,
        (b, j) => row.reduce((sum, v, k) => sum + v * weight.data[k * weight.cols + j]!, b),
      );
      row = l < layers.length - 1 ? out.map((v) => Math.max(0, v)) : out;
    });
    return total + weight * row[0]!;
  }, 0);
}

Deno.test("a network and its gradient agree with float64 and its finite differences", () => {
  const mlp = example();
  const w = Array.from({ length: 7 }, () => drawUniform(random, -1, 1));
  forward(mlp);
  const output = mlp.values.at(-1)!;
  const found = w.reduce((sum, weight, i) => sum + weight * output.data[i * output.cols]!, 0);
  assertAlmostEquals(found, weightedLogits(mlp, w), 1e-5);
  w.forEach((weight, i) => mlp.slopes.at(-1)!.data[i * output.cols] = weight);
  backward(mlp);
  assert(mlp.gradient.some((value) => value !== 0));
  mlp.parameters.forEach((before, k) => {
    // Padding has no weight on either side, and no gradient.
    if (before === 0) return assertEquals(mlp.gradient[k], 0);
    const [up, down] = [2 ** -10, -(2 ** -10)].map((step) => {
      mlp.parameters[k] = before + step;
      return [weightedLogits(mlp, w), mlp.parameters[k]!] as const;
    });
    mlp.parameters[k] = before;
    assertAlmostEquals(mlp.gradient[k]!, (up![0] - down![0]) / (up![1] - down![1]), 1e-4);
  });
});

Deno.test("adam() takes the steps of its paper", () => {
  const mlp = example();
  const before = mlp.parameters.slice();
  const step = adam(mlp, 0.01);
  mlp.gradient.fill(2);
  step();
  step();
  // A constant gradient moves every parameter by the learning rate each time.
  before.forEach((value, k) => assertAlmostEquals(mlp.parameters[k]!, value - 0.02, 1e-6));
});
