/**
 * The fused engine on a GPU: the same programs as compute shaders, through WebGPU.
 *
 * @module
 */

import { type Engine, type TrainPlan, UnsupportedError, withEnsembles, withMixed } from "@likely/core";
import { requireNonNegative } from "@likely/core/check";
import type { Gpu } from "./_gpu.ts";
import { gpuOf, openGpu } from "./_gpu_device.ts";
import { gpuDensity, gpuLogDensities } from "./_gpu_density.ts";
import { gpuTrainStep } from "./_gpu_training.ts";
import { fusedEngine } from "./fused_engine.ts";

/** What {@linkcode webgpuEngine} can be told. */
export interface WebgpuEngineOptions {
  /**
   * The device to run on, which somebody else owns.
   *
   * @default {one of this process's own, of the fastest adapter there is}
   */
  readonly device?: GPUDevice;
  /**
   * Whether a software adapter will do.
   *
   * @default {true}
   */
  readonly software?: boolean;
  /**
   * Fewest multiply-adds of a training step: what is less is refused, before any adapter is asked for, so that the next
   * engine has its turn. Of a plan that tells no rows one row is counted.
   *
   * @default {0}
   */
  readonly leastWork?: number;
}

/**
 * Makes the engine that runs the fused engine's programs on a GPU, a software one too.
 *
 * Training keeps everything on the device: data from their first use on, from where minibatches are picked
 * by their indices; a step is one compute pass, several steps one submission, and losses are read together
 * once 32 are lined up or the event loop is idle; {@linkcode TrainStep.ahead} tells how many may be under way. `step` and `evaluate`
 * therefore are promises that should not be waited for one by one. It trains whatever `fusedEngine` trains.
 *
 * Densities are on both sides: what must answer at once, `evaluate`, `logDensity`, `sample`, is answered by
 * `fusedEngine`, as a GPU must be waited for; `evaluateAsync`, `logDensityAsync` and `sampleAsync` run on the
 * device, many thousand rows a call.
 *
 * All numbers are float32 there, sums too: a loss is good to a millionth of itself or so. Sums have one order that
 * depends on sizes alone, so that one adapter gives the same bits again.
 *
 * Where the device is lost, steps that are under way reject with a `DeviceLostError`, as do all later ones;
 * densities go on by `fusedEngine`, and their names say so. An engine whose device is lost refuses what comes
 * after; one that is made anew gets another device.
 *
 * @param options Which device, and for what.
 * @returns The engine, named `"webgpu"`; its training steps tell the adapter, too. What it makes throws an `UnsupportedError` where there is no
 * adapter (or a software one only, and that will not do), where there is no program for what is asked, or where an arena is larger than what the adapter
 * binds at once.
 *
 * @example Usage
 * ```ts
 * import { webgpuEngine } from "@likely/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(webgpuEngine().name, "webgpu");
 * ```
 */
export function webgpuEngine(options: WebgpuEngineOptions = {}): Engine {
  const { device, software = true, leastWork = 0 } = options;
  requireNonNegative("make the WebGPU engine", "leastWork", leastWork);
  let gpu: Promise<Gpu> | undefined = device && Promise.resolve(gpuOf(device));
  const open = async () => {
    const opened = await (gpu ??= openGpu({ software }));
    if (!opened.isLost) return opened;
    throw new UnsupportedError(
      "Cannot run on WebGPU as the engine's device must not be lost: current value is lost",
    );
  };
  const prompt = fusedEngine();
  return {
    name: "webgpu",
    trainStep: (plan: TrainPlan) => gpuTrainStep(open, plan, leastWork),
    ...withEnsembles(withMixed({
      logDensity: async (artifact, x) =>
        await gpuLogDensities(await open(), await prompt.logDensity(artifact, x), {
          artifact,
          x,
          apart: false,
        }),
      logDensities: async (artifact, x) =>
        await gpuLogDensities(await open(), await prompt.logDensities(artifact, x), {
          artifact,
          x,
          apart: true,
        }),
      density: async (artifact) => await gpuDensity(await open(), await prompt.density(artifact), artifact),
    })),
  };
}
