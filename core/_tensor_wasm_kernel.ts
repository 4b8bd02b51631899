// What a kernel of the WASM backend sees: tensors as views of the backend's memory.

import * as tfjs from "@tensorflow/tfjs";

/** The part of tfjs's WASM backend that kernels use. */
export interface WasmBackend {
  /** Allocates a tensor; earlier views may be dead afterwards, as memory may have moved. */
  makeOutput(shape: number[], dtype: "float32"): tfjs.TensorInfo;
  /** A view, dead as soon as something is allocated. */
  typedArrayFromHeap(tensor: tfjs.TensorInfo): Float32Array | Int32Array | Uint8Array;
  /** Frees a tensor that a kernel made for itself. */
  disposeData(dataId: tfjs.TensorInfo["dataId"]): boolean;
}

/** The arguments of a kernel. */
export interface KernelCall {
  /** Borrowed. */
  readonly inputs: Readonly<Record<string, tfjs.TensorInfo>>;
  /** Numbers, flags and shapes. */
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Where the tensors live. */
  readonly backend: WasmBackend;
}

/** Computes one tensor, owned by the caller. */
export type Kernel = (call: KernelCall) => tfjs.TensorInfo;

/** Runs the kernel that is registered under a name, the stock one unless replaced. */
export function runKernel(kernelName: string, call: KernelCall): tfjs.TensorInfo {
  return kernelOf(tfjs.getKernel(kernelName, "wasm"))(call);
}

/** Puts another kernel in the place of the stock one, which it may call. */
export function replaceKernel(kernelName: string, wrap: (stock: Kernel) => Kernel): void {
  const config = tfjs.getKernel(kernelName, "wasm");
  tfjs.unregisterKernel(kernelName, "wasm");
  tfjs.registerKernel({ ...config, kernelFunc: wrap(kernelOf(config)) as unknown as tfjs.KernelFunc });
}

/** Adds a kernel that the backend lacks. */
export function addKernel(kernelName: string, kernel: Kernel): void {
  tfjs.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc: kernel as unknown as tfjs.KernelFunc,
  });
}

/** A float32 view of a tensor. */
export function floats(backend: WasmBackend, tensor: tfjs.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** The tensor with its axes permuted, owned by the caller. */
export function transpose(backend: WasmBackend, x: tfjs.TensorInfo, perm: number[]): tfjs.TensorInfo {
  return runKernel("Transpose", { inputs: { x }, attrs: { perm }, backend });
}

// tfjs types kernels by its own union of inputs and attributes; these are the same objects.
function kernelOf(config: tfjs.KernelConfig): Kernel {
  return config.kernelFunc as unknown as Kernel;
}
