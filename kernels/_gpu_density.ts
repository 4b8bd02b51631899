// Densities on both sides: a device for those who wait, the module for those who do not.

import {
  type Artifact,
  type ConditionalDensity,
  DeviceLostError,
  type LogDensity,
  type ObservedDensities,
  type Points,
} from "@likely/core";
import type { Way } from "./_asked.ts";
import { type Calls, later } from "./_calls.ts";
import { askedDensity } from "./_conditional_density.ts";
import { requireDensity } from "./_density_machine.ts";
import type { Gpu } from "./_gpu.ts";
import { GpuCaller } from "./_gpu_caller.ts";
import { asking } from "./_log_density.ts";

/** What a log density is of. */
export interface Subject extends Way {
  readonly artifact: Artifact;
  readonly x: Points;
}

/** Adds to log densities of the module what a device makes of the same. */
export async function gpuLogDensities(
  gpu: Gpu,
  prompt: LogDensity & Disposable,
  { artifact, x, ...way }: Subject,
): Promise<ObservedDensities> {
  return await onBoth(gpu, prompt, "log density", async (caller, both) => {
    const asked = await later(caller, asking(artifact, x, way)(caller));
    const { dim, count, embedded } = asked;
    return {
      get name() {
        return both.name;
      },
      dim,
      count,
      embedded,
      evaluate: (points, options) => prompt.evaluate(points, options),
      evaluateAsync: (points, options) =>
        both.run(asked.evaluate(points, options), () => prompt.evaluate(points, options)),
      [Symbol.dispose]: both[Symbol.dispose],
    };
  });
}

/** Adds to a density of the module what a device makes of the same. */
export async function gpuDensity(
  gpu: Gpu,
  prompt: ConditionalDensity & Disposable,
  artifact: Artifact,
): Promise<ConditionalDensity & Disposable> {
  return await onBoth(gpu, prompt, "density", async (caller, both) => {
    const asked = await later(caller, askedDensity(caller, requireDensity(artifact)));
    return {
      get name() {
        return both.name;
      },
      logDensity: (target, condition) => prompt.logDensity(target, condition),
      sample: (key, n, condition) => prompt.sample(key, n, condition),
      logDensityAsync: (target, condition) =>
        both.run(asked.logDensity(target, condition), () => prompt.logDensity(target, condition)),
      sampleAsync: (key, n, condition) =>
        both.run(asked.sample(key, n, condition), () => prompt.sample(key, n, condition)),
      [Symbol.dispose]: both[Symbol.dispose],
    };
  });
}

/** What is common to whatever is on both sides. */
interface Both extends Disposable {
  /** Tells of a device that is lost. */
  readonly name: string;
  /** Runs calls on the device, and once that is lost on the other side. */
  run<T>(calls: Calls<T>, otherwise: () => T): Promise<T>;
}

async function onBoth<T>(
  gpu: Gpu,
  prompt: Disposable & { readonly name: string },
  what: string,
  make: (caller: GpuCaller, both: Both) => Promise<T>,
): Promise<T> {
  const caller = new GpuCaller(gpu, "webgpu", what);
  let isLost = false;
  const both: Both = {
    get name() {
      return isLost ? `${prompt.name}, as webgpu was lost` : `webgpu, at once by ${prompt.name}`;
    },
    run: async (calls, otherwise) => {
      try {
        return await later(caller, calls);
      } catch (error) {
        if (!(error instanceof DeviceLostError)) throw error;
        isLost = true;
        return otherwise();
      }
    },
    [Symbol.dispose]: () => {
      caller[Symbol.dispose]();
      prompt[Symbol.dispose]();
    },
  };
  try {
    return await make(caller, both);
  } catch (error) {
    both[Symbol.dispose]();
    throw error;
  }
}
