/**
 * Who trains where nobody is named.
 *
 * @module
 */

import { type Engine, firstOf } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { webgpuEngine } from "@likely/kernels/webgpu-engine";
import { tensorEngine } from "@likely/surrogates/tensor-engine";

/**
 * Multiply-adds of a step from which on a GPU trains: a tenth of a second or so of one core's time, beside
 * which what it costs to reach a device is little. Set with care and without a GPU to measure on:
 * `bench/webgpu.ts` is what could lower it.
 */
const WORTH_A_GPU = 1e9;

/**
 * The engine used where none is named: the fused WebAssembly engine for what it has programs
 * for, the tensor engine for everything else. Training whose steps take 10⁹ multiply-adds or more, as those of wide
 * and of convolutional networks on large batches, goes to a GPU where there is one that is not software; the
 * name of what trains, which provenance keeps, then tells the adapter and this rule. If the device is lost on
 * the way, `train` goes on from its last checkpoint without it, and the name says that too.
 *
 * Tensors run on the backend in use; where none was chosen yet, on WASM or the CPU, since
 * posteriors are evaluated synchronously, which WebGPU cannot do. Call `useBackend("webgpu")`
 * and pass `tensorEngine()` to train with a loss of your own on a GPU.
 *
 * @returns An engine.
 */
export function defaultEngine(): Engine {
  const engines = [fusedEngine(), tensorEngine()];
  const gpu = webgpuEngine({ software: false, leastWork: WORTH_A_GPU });
  return { ...firstOf(engines), trainStep: firstOf([gpu, ...engines]).trainStep };
}
