// Sums on the WASM backend.
//
// The stock kernels keep one float32 running sum: a million terms of 0.1 come out 1 % wrong.
// Long sums are taken in float64 here, over views of the backend's memory; the loop is as fast.

import * as tfjs from "@tensorflow/tfjs";
import { floats, type Kernel, type KernelCall, transpose, type WasmBackend } from "./_tensor_wasm_kernel.ts";

// Shorter sums are left to the stock kernel: its error is then below 1e-5.
const LONG = 256;

/** Sums over axes. */
export function exactSum(stock: Kernel): Kernel {
  return (call) => reduceLong(call, stock, () => 1);
}

/** Averages over axes. */
export function exactMean(stock: Kernel): Kernel {
  return (call) => reduceLong(call, stock, (length) => 1 / length);
}

function reduceLong(call: KernelCall, stock: Kernel, weight: (length: number) => number): tfjs.TensorInfo {
  const { inputs, attrs, backend } = call;
  const x = inputs.x!;
  const axes = tfjs.util.parseAxisParam(attrs.axis as number | number[], x.shape);
  const [kept, reduced] = tfjs.backend_util.computeOutAndReduceShapes(x.shape, axes);
  const length = tfjs.util.sizeFromShape(reduced);
  if (x.dtype !== "float32" || length < LONG) return stock(call);

  const perm = tfjs.backend_util.getAxesPermutation(axes, x.shape.length);
  const source = perm ? transpose(backend, x, perm) : x;
  const out = backend.makeOutput(kept, "float32");
  sumRows(backend, source, out, length, weight(length));
  if (perm) backend.disposeData(source.dataId);
  return attrs.keepDims ? { ...out, shape: tfjs.backend_util.expandShapeToKeepDim(kept, axes) } : out;
}

function sumRows(
  backend: WasmBackend,
  source: tfjs.TensorInfo,
  out: tfjs.TensorInfo,
  length: number,
  weight: number,
): void {
  const from = floats(backend, source);
  const to = floats(backend, out);
  for (let i = 0; i < to.length; i++) {
    let sum = 0;
    for (let k = i * length; k < (i + 1) * length; k++) sum += from[k]!;
    to[i] = sum * weight;
  }
}

/**
 * Adds row i of `x: [n, …]` to row `segmentIds[i]` of the result: the gradient of `gather`,
 * which the stock backend lacks. Rows with an id outside [0, numSegments) are left out.
 */
export function unsortedSegmentSum({ inputs, attrs, backend }: KernelCall): tfjs.TensorInfo {
  const { x, segmentIds } = inputs as { x: tfjs.TensorInfo; segmentIds: tfjs.TensorInfo };
  const numSegments = attrs.numSegments as number;
  const [, ...inner] = x.shape;
  const width = tfjs.util.sizeFromShape(inner);
  const out = backend.makeOutput([numSegments, ...inner], "float32");
  const from = floats(backend, x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  const to = floats(backend, out).fill(0);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id < 0 || id >= numSegments) continue;
    for (let j = 0; j < width; j++) to[id * width + j]! += from[i * width + j]!;
  }
  return out;
}
