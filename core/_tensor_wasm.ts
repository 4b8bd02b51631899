// Repairs the WASM backend of TensorFlow.js 4.22.0: what is wrong, slow or missing there.

import * as tfjs from "@tensorflow/tfjs";
import { conv2dFilterGradient, conv2dInputGradient } from "./_tensor_wasm_conv.ts";
import { addKernel, type Kernel, replaceKernel, transpose } from "./_tensor_wasm_kernel.ts";
import { exactMean, exactSum, unsortedSegmentSum } from "./_tensor_wasm_sum.ts";

// In the global registry: two copies of this package share one registry of kernels.
const REPAIRED = Symbol.for("@likely/core/tensor: wasm repaired");

/** Replaces and adds kernels; a second call does nothing. The backend must be imported. */
export function repairWasm(): void {
  const prototype = Object.getPrototypeOf(tfjs.engine());
  if (prototype[REPAIRED]) return;
  replaceKernel("BatchMatMul", transposeFirst);
  replaceKernel("_FusedMatMul", transposeFirst);
  replaceKernel("Sum", exactSum);
  replaceKernel("Mean", exactMean);
  replaceKernel("Conv2DBackpropInput", conv2dInputGradient);
  addKernel("Conv2DBackpropFilter", conv2dFilterGradient);
  addKernel("UnsortedSegmentSum", unsortedSegmentSum);
  prototype[REPAIRED] = true;
}

// A product with a transposed factor, as in every gradient of a product, runs scalar code 10 to
// 25 times slower than the plain one; fused with a bias it is wrong.
function transposeFirst(stock: Kernel): Kernel {
  return ({ inputs, attrs, backend }) => {
    const made: tfjs.TensorInfo[] = [];
    const plain = (x: tfjs.TensorInfo, isTransposed: unknown): tfjs.TensorInfo => {
      if (!isTransposed) return x;
      const axes = x.shape.map((_, axis) => axis);
      const swapped = transpose(backend, x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
      made.push(swapped);
      return swapped;
    };
    const a = plain(inputs.a!, attrs.transposeA);
    const b = plain(inputs.b!, attrs.transposeB);
    const plainAttrs = { ...attrs, transposeA: false, transposeB: false };
    const out = stock({ inputs: { ...inputs, a, b }, attrs: plainAttrs, backend });
    for (const { dataId } of made) backend.disposeData(dataId);
    return out;
  };
}
