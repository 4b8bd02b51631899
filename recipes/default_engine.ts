/**
 * Who trains where nobody is named.
 *
 * @module
 */

import { type Engine, firstOf } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { tensorEngine } from "@likely/surrogates/tensor-engine";

/**
 * The engine used where none is named: the fused WebAssembly engine for what it has programs
 * for, the tensor engine for everything else.
 *
 * Tensors run on the backend in use; where none was chosen yet, on WASM or the CPU, since
 * posteriors are evaluated synchronously, which WebGPU cannot do. Call `useBackend("webgpu")`
 * and pass `tensorEngine()` to train large networks on a GPU.
 *
 * @returns An engine.
 */
export function defaultEngine(): Engine {
  return firstOf([fusedEngine(), tensorEngine()]);
}
