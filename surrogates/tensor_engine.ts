/**
 * The tensor engine: the reference, the way onto a GPU, and the home of custom losses.
 *
 * @module
 */

import { type Engine, withEnsembles, withMixed } from "@likely/core";
import { backendInUse, loadTensors } from "@likely/core/lazy-tensor";

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
      return `tfjs-${backendInUse() ?? "not-loaded"}`;
    },
    trainStep: async (plan) => {
      await readyTensors();
      const { tensorTrainStep } = await import("./tensor_train_step.ts");
      return tensorTrainStep(plan);
    },
    ...withEnsembles(withMixed({
      logDensity: async (artifact, x) => {
        await readyTensors();
        const { tensorLogDensity } = await import("./tensor_log_density.ts");
        return tensorLogDensity(artifact, x);
      },
      logDensities: async (artifact, x) => {
        await readyTensors();
        const { tensorLogDensities } = await import("./tensor_log_density.ts");
        return tensorLogDensities(artifact, x);
      },
      density: async (artifact) => {
        await readyTensors();
        const { tensorDensity } = await import("./tensor_density.ts");
        return tensorDensity(artifact);
      },
    })),
  };
}

async function readyTensors(): Promise<void> {
  const { useBackend } = await loadTensors();
  await useBackend(READABLE);
}

// Not WebGPU: posteriors are evaluated without waiting.
const READABLE = ["wasm", "cpu"] as const;
