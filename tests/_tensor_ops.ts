/**
 * Every tensor operation this project uses, beside the same thing in float64.
 *
 * An operation takes one vector, so that its second derivatives include the mixed ones.
 */

import { type Tensor, type Tensor4D, tf, type Vector } from "@likely/core/tensor";
import {
  averagePool,
  convolve,
  logSumExp,
  product,
  sigmoid,
  softplus,
  swap,
  wave,
  type Window,
} from "./_float64.ts";

/** An operation and its truth. */
export interface OpCase {
  readonly name: string;
  /** Where it is tried: away from its kinks. */
  readonly at: readonly number[];
  readonly op: (x: Vector) => Tensor;
  readonly truth: (x: readonly number[]) => readonly number[];
}

type Unary = [name: string, op: (x: Vector) => Tensor, truth: (x: number) => number];

const anywhere: readonly Unary[] = [
  ["relu", tf.relu, (x) => Math.max(x, 0)],
  ["tanh", tf.tanh, Math.tanh],
  ["sigmoid", tf.sigmoid, sigmoid],
  ["softplus", tf.softplus, softplus],
  ["silu", (x) => tf.mul(x, tf.sigmoid(x)), (x) => x * sigmoid(x)],
  ["elu", tf.elu, (x) => x < 0 ? Math.expm1(x) : x],
  ["exp", tf.exp, Math.exp],
  ["square", tf.square, (x) => x * x],
  ["abs", tf.abs, Math.abs],
  ["cos", tf.cos, Math.cos],
  ["sin", tf.sin, Math.sin],
  ["neg", tf.neg, (x) => -x],
  ["clipByValue", (x) => tf.clipByValue(x, -0.5, 0.5), (x) => Math.min(Math.max(x, -0.5), 0.5)],
  [
    "where on its own argument",
    (x) => tf.where(tf.greater(x, 0), tf.exp(x), x),
    (x) => x > 0 ? Math.exp(x) : x,
  ],
  [
    "where between two ends",
    (x) => {
      const inside = tf.less(tf.abs(x), 1);
      return tf.where(inside, tf.square(tf.where(inside, x, tf.zerosLike(x))), x);
    },
    (x) => Math.abs(x) < 1 ? x * x : x,
  ],
  ["addN", (x) => tf.addN([x, tf.square(x), tf.exp(x)]), (x) => x + x * x + Math.exp(x)],
  ["step as a mask", (x) => tf.mul(tf.step(x), tf.square(x)), (x) => x > 0 ? x * x : 0],
];

const positive: readonly Unary[] = [
  ["log", tf.log, Math.log],
  ["sqrt", tf.sqrt, Math.sqrt],
  ["rsqrt", tf.rsqrt, (x) => 1 / Math.sqrt(x)],
  ["reciprocal", tf.reciprocal, (x) => 1 / x],
  ["pow with a number", (x) => tf.pow(x, 3), (x) => x ** 3],
];

function unary(cases: readonly Unary[], at: readonly number[]): OpCase[] {
  return cases.map(([name, op, f]) => ({ name, at, op, truth: (x) => x.map(f) }));
}

/** A `[2, 3]` part and a `[3]` part of one vector, broadcast against each other. */
function broadcast(
  name: string,
  op: (a: Tensor, b: Tensor) => Tensor,
  f: (a: number, b: number) => number,
): OpCase {
  return {
    name: `${name}, broadcast`,
    at: wave(9, 0.5).map((value, i) => i < 6 ? value : value + 1.7),
    op: (x) => op(part(x, 0, [2, 3]), part(x, 6, [3])),
    truth: (x) => x.slice(0, 6).map((a, i) => f(a, x[6 + i % 3]!)),
  };
}

/** The numbers of x from `begin` on, as a tensor. */
export function part(x: Vector, begin: number, shape: number[]): Tensor {
  return tf.reshape(tf.slice(x, begin, shape.reduce((a, b) => a * b, 1)), shape);
}

/** Runs an operation on `[3, 4]` matrices. */
function matrix(
  name: string,
  op: (x: Tensor) => Tensor,
  truth: (rows: number[][]) => readonly number[],
): OpCase {
  return {
    name,
    at: wave(12, 1.1),
    op: (x) => op(tf.reshape(x, [3, 4])),
    truth: (x) => truth([x.slice(0, 4), x.slice(4, 8), x.slice(8)]),
  };
}

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const columns = (rows: number[][]) => rows[0]!.map((_, j) => rows.map((row) => row[j]!));

const reductions: readonly OpCase[] = [
  matrix("sum", (x) => tf.sum(x), (rows) => [sum(rows.flat())]),
  matrix("sum over rows", (x) => tf.sum(x, 0), (rows) => columns(rows).map(sum)),
  matrix("sum over columns", (x) => tf.sum(x, 1, true), (rows) => rows.map(sum)),
  matrix("mean", (x) => tf.mean(x), (rows) => [sum(rows.flat()) / 12]),
  matrix("mean over rows", (x) => tf.mean(x, 0), (rows) => columns(rows).map((column) => sum(column) / 3)),
  matrix("max", (x) => tf.max(x, 1), (rows) => rows.map((row) => Math.max(...row))),
  matrix("logSumExp", (x) => tf.logSumExp(x, 1), (rows) => rows.map(logSumExp)),
  matrix(
    "softmax",
    (x) => tf.softmax(x as Vector),
    (rows) => rows.flatMap((row) => row.map((value) => Math.exp(value - logSumExp(row)))),
  ),
  matrix(
    "logSoftmax",
    (x) => tf.logSoftmax(x as Vector),
    (rows) => rows.flatMap((row) => row.map((value) => value - logSumExp(row))),
  ),
];

const shapes: readonly OpCase[] = [
  matrix("transpose", (x) => tf.transpose(x), (rows) => columns(rows).flat()),
  matrix(
    "slice",
    (x) => tf.slice(x, [1, 1], [2, 2]),
    (rows) => rows.slice(1).flatMap((row) => row.slice(1, 3)),
  ),
  matrix(
    "concat",
    (x) => tf.concat([x, tf.square(x)], 1),
    (rows) => rows.flatMap((row) => [...row, ...row.map((value) => value * value)]),
  ),
  matrix("stack", (x) => tf.stack([x, tf.square(x)]), (rows) => [
    ...rows.flat(),
    ...rows.flat().map((value) => value * value),
  ]),
  matrix("pad", (x) => tf.pad(x, [[0, 1], [1, 0]]), (rows) => [
    ...rows.flatMap((row) => [0, ...row]),
    ...[0, 0, 0, 0, 0],
  ]),
  matrix("tile", (x) => tf.tile(x, [2, 1]), (rows) => [...rows.flat(), ...rows.flat()]),
  matrix(
    "gather",
    (x) => tf.gather(x, tf.tensor1d([2, 0, 2, 1], "int32")),
    (rows) => [2, 0, 2, 1].flatMap((i) => rows[i]!),
  ),
  matrix(
    "gather of columns",
    (x) => tf.gather(x, tf.tensor1d([3, 3, 0], "int32"), 1),
    (rows) => rows.flatMap((row) => [row[3]!, row[3]!, row[0]!]),
  ),
  matrix(
    "the column that is equal to a number, where any is",
    (x) => {
      const isOne = tf.equal(tf.tensor2d([[2], [0], [7]]), tf.reshape(tf.range(0, 4, 1, "float32"), [1, 4]));
      const chosen = tf.sum(tf.mul(x, tf.cast(isOne, "float32")), 1);
      return tf.where(tf.any(isOne, 1), chosen, tf.fill([3], 5));
    },
    (rows) => [rows[0]![2]!, rows[1]![0]!, 5],
  ),
  matrix(
    "gatherND",
    (x) => tf.gatherND(x, tf.tensor2d([[0, 1], [2, 3], [0, 1]], [3, 2], "int32")),
    (rows) => [rows[0]![1]!, rows[2]![3]!, rows[0]![1]!],
  ),
];

function matMul(transposeA: boolean, transposeB: boolean): OpCase {
  const shapeA = transposeA ? [3, 2] : [2, 3];
  const shapeB = transposeB ? [4, 3] : [3, 4];
  return {
    name: `matMul${transposeA ? ", left transposed" : ""}${transposeB ? ", right transposed" : ""}`,
    at: wave(18, 0.2),
    op: (x) => tf.matMul(part(x, 0, shapeA), part(x, 6, shapeB), transposeA, transposeB),
    truth: (x) => {
      const a = transposeA ? swap(x.slice(0, 6), 3, 2) : x.slice(0, 6);
      const b = transposeB ? swap(x.slice(6), 4, 3) : x.slice(6);
      return product(a, b, 2, 3, 4);
    },
  };
}

const products: readonly OpCase[] = [
  matMul(false, false),
  matMul(true, false),
  matMul(false, true),
  matMul(true, true),
  {
    name: "matMul in batches",
    at: wave(24, 0.9),
    op: (x) => tf.matMul(part(x, 0, [2, 2, 3]), part(x, 12, [2, 3, 2])),
    truth: (x) => [
      ...product(x.slice(0, 6), x.slice(12, 18), 2, 3, 2),
      ...product(x.slice(6, 12), x.slice(18), 2, 3, 2),
    ],
  },
];

/** Two images of `[5, 4]` cells and a filter, all variable. */
function conv2d(size: [number, number], stride: number, pad: "same" | "valid"): OpCase {
  const window: Window = { image: [2, 5, 4, 2], size, stride, pad };
  return {
    name: `conv2d ${size.join("×")}, stride ${stride}, ${pad}`,
    at: wave(80 + size[0] * size[1] * 6, 0.4),
    op: (x) =>
      tf.conv2d(
        part(x, 0, [2, 5, 4, 2]) as Tensor4D,
        part(x, 80, [...size, 2, 3]) as Tensor4D,
        stride,
        pad,
      ),
    truth: (x) => convolve(x, x.slice(80), 3, window),
  };
}

function avgPool(size: [number, number], stride: number): OpCase {
  return {
    name: `avgPool ${size.join("×")}, stride ${stride}`,
    at: wave(80, 0.8),
    op: (x) => tf.avgPool(part(x, 0, [2, 5, 4, 2]) as Tensor4D, size, stride, "valid"),
    truth: (x) => averagePool(x, { image: [2, 5, 4, 2], size, stride, pad: "valid" }),
  };
}

const images: readonly OpCase[] = [
  conv2d([3, 3], 1, "same"),
  conv2d([2, 3], 1, "same"),
  conv2d([3, 3], 2, "same"),
  conv2d([3, 2], 1, "valid"),
  {
    name: "conv1d, same",
    at: wave(20 + 18, 0.6),
    op: (x) =>
      tf.conv1d(
        part(x, 0, [2, 5, 2]) as Parameters<typeof tf.conv1d>[0],
        part(x, 20, [3, 2, 3]) as Parameters<typeof tf.conv1d>[1],
        1,
        "same",
      ),
    truth: (x) => convolve(x, x.slice(20), 3, { image: [2, 1, 5, 2], size: [1, 3], stride: 1, pad: "same" }),
  },
  avgPool([2, 2], 2),
  avgPool([3, 2], 1),
];

/** All of them. */
export const OPS: readonly OpCase[] = [
  ...unary(anywhere, wave(8, 0.3).map((value) => 1.6 * value)),
  ...unary(positive, wave(8, 0.3).map((value) => value + 1.8)),
  broadcast("add", tf.add, (a, b) => a + b),
  broadcast("sub", tf.sub, (a, b) => a - b),
  broadcast("mul", tf.mul, (a, b) => a * b),
  broadcast("div", tf.div, (a, b) => a / b),
  broadcast("squaredDifference", tf.squaredDifference, (a, b) => (a - b) ** 2),
  broadcast("maximum", tf.maximum, Math.max),
  broadcast("minimum", tf.minimum, Math.min),
  ...reductions,
  ...shapes,
  ...products,
  ...images,
];
