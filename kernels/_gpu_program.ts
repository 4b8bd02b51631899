// A program as dispatches of one compute pass.

import type { Gpu } from "./_gpu.ts";
import { type Packed, shadingsOf } from "./_gpu_kernels.ts";
import type { Words } from "./wgsl/kernel.ts";

/** Bytes from one instruction to the next where shaders read them: what every device allows. */
export const INSTRUCTION_BYTES = 256;
/** Workgroups in a row. */
const MOST_GROUPS = 32768;

/** A program made ready for a device. */
export interface GpuProgram extends Disposable {
  /** Numbers of scratch it needs. */
  readonly scratch: number;
  /** Runs it in a pass on an arena and scratch of one device. */
  encode(pass: GPUComputePassEncoder, arena: GPUBuffer, scratch: GPUBuffer): void;
}

/** Makes a program ready. What `packed` notes holds for later programs on the same weights. */
export function gpuProgram(gpu: Gpu, words: Words, packed?: Packed): GpuProgram {
  const { device, layout } = gpu;
  const shadings = shadingsOf(words, packed);
  const steps = shadings.map(({ key, kernel, words }) => ({
    pipeline: gpu.pipeline(key, kernel),
    groups: boxOf(kernel.groups(words)),
  }));
  const instructions = gpu.buffer(
    "instructions",
    shadings.length * INSTRUCTION_BYTES,
    GPUBufferUsage.UNIFORM,
  );
  const bytes = new Int32Array(shadings.length * INSTRUCTION_BYTES / 4);
  shadings.forEach(({ words }, k) => bytes.set(words, k * INSTRUCTION_BYTES / 4));
  gpu.write(instructions, 0, bytes);
  let bound: { arena: GPUBuffer; scratch: GPUBuffer; group: GPUBindGroup } | undefined;
  const bind = (arena: GPUBuffer, scratch: GPUBuffer): GPUBindGroup => {
    if (bound?.arena !== arena || bound.scratch !== scratch) {
      const entries = [
        { binding: 0, resource: { buffer: arena } },
        { binding: 1, resource: { buffer: instructions, size: 64 } },
        { binding: 2, resource: { buffer: scratch } },
      ];
      bound = { arena, scratch, group: device.createBindGroup({ layout, entries }) };
    }
    return bound.group;
  };
  return {
    scratch: shadings.reduce((most, { scratch }) => Math.max(most, scratch), 0),
    encode: (pass, arena, scratch) => {
      const group = bind(arena, scratch);
      steps.forEach(({ pipeline, groups }, k) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group, [k * INSTRUCTION_BYTES]);
        pass.dispatchWorkgroups(...groups);
      });
    },
    [Symbol.dispose]: () => instructions.destroy(),
  };
}

/** Groups in a row, in several where a device allows no more in one. */
export function boxOf(groups: number | readonly [number, number, number]): [number, number, number] {
  if (typeof groups !== "number") return [...groups];
  const x = Math.min(groups, MOST_GROUPS);
  return [x, Math.ceil(groups / x), 1];
}
