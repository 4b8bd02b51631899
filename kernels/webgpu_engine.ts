import { type Engine, type TrainPlan, UnsupportedError } from "@likely/core";
import { gpuOf, openGpu } from "./_gpu_device.ts";
import { gpuTrainStep } from "./_gpu_step.ts";
export interface WebgpuEngineOptions {
  readonly device?: GPUDevice;
}
export function webgpuEngine({ device }: WebgpuEngineOptions = {}): Engine {
  const given = device && gpuOf(device);
  const refuse = () => Promise.reject(new UnsupportedError("not yet"));
  return {
    name: "webgpu",
    trainStep: async (plan: TrainPlan) => gpuTrainStep(given ?? await openGpu(), "webgpu", plan),
    logDensity: refuse,
    logDensities: refuse,
    density: refuse,
  };
}
