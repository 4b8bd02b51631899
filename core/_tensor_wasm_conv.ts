// Gradients of 2-d convolutions on the WASM backend (1-d ones are 2-d ones of height 1).
//
// Notation: images x `[n, h, w, c]`, filters `[kh, kw, c, f]`, outputs y `[n, oh, ow, f]`.

import * as tfjs from "@tensorflow/tfjs";
import {
  floats,
  type Kernel,
  type KernelCall,
  runKernel,
  transpose,
  type WasmBackend,
} from "./_tensor_wasm_kernel.ts";

type Conv = ReturnType<typeof tfjs.backend_util.computeConv2DInfo>;
type Shape4 = [number, number, number, number];

// 4 MB of unrolled images at a time.
const CHUNK = 1 << 20;

/**
 * The filter gradient, which the stock backend lacks: `patches(x)ᵀ · dy`, where row (n, oh, ow)
 * of `patches(x)` is what the filter sees there. Unrolled a few images at a time, then one
 * matrix product for each piece.
 */
export function conv2dFilterGradient({ inputs, attrs, backend }: KernelCall): tfjs.TensorInfo {
  const { x, dy } = inputs as { x: tfjs.TensorInfo; dy: tfjs.TensorInfo };
  const conv = convOf(x.shape, attrs.filterShape as Shape4, attrs);
  const patch = conv.filterHeight * conv.filterWidth * conv.inChannels;
  const images = Math.max(1, Math.floor(CHUNK / (patch * conv.outHeight * conv.outWidth)));
  const total = new Float64Array(patch * conv.outChannels);
  for (let first = 0; first < conv.batchSize; first += images) {
    const count = Math.min(images, conv.batchSize - first);
    addPiece(backend, { x, dy, conv, first, count }, total);
  }
  const out = backend.makeOutput(conv.filterShape, "float32");
  floats(backend, out).set(total);
  return out;
}

interface Piece {
  readonly x: tfjs.TensorInfo;
  readonly dy: tfjs.TensorInfo;
  readonly conv: Conv;
  readonly first: number;
  readonly count: number;
}

function addPiece(backend: WasmBackend, piece: Piece, total: Float64Array): void {
  const { conv, first, count } = piece;
  const f = conv.outChannels;
  const places = count * conv.outHeight * conv.outWidth;
  const patches = backend.makeOutput([1, places, total.length / f], "float32");
  const slopes = backend.makeOutput([1, places, f], "float32");
  unroll(floats(backend, piece.x), floats(backend, patches), piece);
  const start = first * conv.outHeight * conv.outWidth * f;
  floats(backend, slopes).set(floats(backend, piece.dy).subarray(start, start + places * f));
  const call = { inputs: { a: patches, b: slopes }, attrs: { transposeA: true }, backend };
  const product = runKernel("BatchMatMul", call);
  floats(backend, product).forEach((value, i) => total[i]! += value);
  for (const { dataId } of [patches, slopes, product]) backend.disposeData(dataId);
}

// Fills `[count · oh · ow, kh · kw · c]`: a row of the window is one run of numbers in x.
function unroll(x: Float32Array, patches: Float32Array, { conv, first, count }: Piece): void {
  patches.fill(0);
  const { filterHeight, filterWidth, inChannels, inHeight, inWidth, outHeight, outWidth } = conv;
  for (let place = 0; place < count * outHeight * outWidth; place++) {
    const line = Math.floor(place / outWidth);
    const image = first + Math.floor(line / outHeight);
    const w = (place % outWidth) * conv.strideWidth - conv.padInfo.left;
    const skip = Math.max(0, -w);
    const length = (Math.min(filterWidth, inWidth - w) - skip) * inChannels;
    for (let kh = 0; kh < filterHeight; kh++) {
      const h = (line % outHeight) * conv.strideHeight + kh - conv.padInfo.top;
      if (h < 0 || h >= inHeight) continue;
      const to = ((place * filterHeight + kh) * filterWidth + skip) * inChannels;
      const from = ((image * inHeight + h) * inWidth + w + skip) * inChannels;
      for (let i = 0; i < length; i++) patches[to + i] = x[from + i]!;
    }
  }
}

/**
 * The image gradient. With stride 1 it is a convolution of dy with the filter turned by 180° and
 * its channels swapped, which runs the fast kernel; the stock one is a plain loop.
 */
export function conv2dInputGradient(stock: Kernel): Kernel {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { dy, filter } = inputs as { dy: tfjs.TensorInfo; filter: tfjs.TensorInfo };
    const conv = convOf(attrs.inputShape as Shape4, filter.shape as Shape4, attrs);
    if (conv.strideHeight !== 1 || conv.strideWidth !== 1) return stock(call);
    const turned = runKernel("Reverse", { inputs: { x: filter }, attrs: { dims: [0, 1] }, backend });
    const swapped = transpose(backend, turned, [0, 1, 3, 2]);
    const out = runKernel("Conv2D", {
      inputs: { x: dy, filter: swapped },
      attrs: { strides: [1, 1], dilations: [1, 1], dataFormat: "NHWC", pad: padOfGradient(conv) },
      backend,
    });
    for (const { dataId } of [turned, swapped]) backend.disposeData(dataId);
    return out;
  };
}

function padOfGradient({ filterHeight, filterWidth, padInfo }: Conv): number[][] {
  const { top, bottom, left, right } = padInfo;
  const across = [filterWidth - 1 - left, filterWidth - 1 - right];
  return [[0, 0], [filterHeight - 1 - top, filterHeight - 1 - bottom], across, [0, 0]];
}

function convOf(x: number[], filter: Shape4, attrs: KernelCall["attrs"]): Conv {
  const { strides, pad, dimRoundingMode, dataFormat } = attrs;
  if (dataFormat !== "NHWC") {
    throw new TypeError(
      `Cannot differentiate a convolution as its dataFormat must be NHWC: current value is ${dataFormat}`,
    );
  }
  return tfjs.backend_util.computeConv2DInfo(
    x as Shape4,
    filter,
    strides as [number, number],
    1,
    pad as "same",
    dimRoundingMode as "floor",
  );
}
