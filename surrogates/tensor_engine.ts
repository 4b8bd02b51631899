/**
 * The tensor engine: the reference, the way onto a GPU, and the home of custom losses.
 *
 * @module
 */

import type { Engine } from "@likely/core";
import { tf, useBackend } from "@likely/core/tensor";
import { tensorDensity } from "./tensor_density.ts";
import { tensorLogDensities, tensorLogDensity } from "./tensor_log_density.ts";
import { tensorTrainStep } from "./tensor_train_step.ts";

/**
 * Runs any spec and any loss on the tensor backend in use (see `useBackend` of
 * `@likely/core/tensor`); where none is yet, on WASM, or without that on the CPU.
 *
 * Log densities need a backend that can be read without waiting, wasm or cpu; on webgpu
 * {@linkcode Engine.logDensity} throws `UnsupportedError`.
 *
 * @returns The engine, named `"tfjs-"` and the backend.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { useBackend } from "@likely/core/tensor";
 * import { tensorEngine } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * assertEquals(tensorEngine().name, "tfjs-cpu");
 * ```
 */
export function tensorEngine(): Engine {
  return {
    // The backend may change after this call.
    get name() {
      return `tfjs-${tf.getBackend()}`;
    },
    trainStep: async (plan) => {
      await useBackend(READABLE);
      return tensorTrainStep(plan);
    },
    logDensity: async (artifact, x) => {
      await useBackend(READABLE);
      return tensorLogDensity(artifact, x);
    },
    logDensities: async (artifact, x) => {
      await useBackend(READABLE);
      return tensorLogDensities(artifact, x);
    },
    density: async (artifact) => {
      await useBackend(READABLE);
      return tensorDensity(artifact);
    },
  };
}

// Not WebGPU: posteriors are evaluated without waiting.
const READABLE = ["wasm", "cpu"] as const;
