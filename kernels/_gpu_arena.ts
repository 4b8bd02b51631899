// An arena in the memory of a device, and what is read back from there.

import { type Arena, GUARD } from "./_arena.ts";
import type { Gpu } from "./_gpu.ts";

/** Bytes to be read: of which buffer, from where. */
export interface Region {
  readonly buffer: GPUBuffer;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Room for an arena: zeros, what is constant, and guards. From another one of the same beginning the
 * first `kept` parts are copied.
 */
export function gpuArena(
  gpu: Gpu,
  { parts, bytes }: Arena,
  before?: { readonly buffer: GPUBuffer; readonly kept: number },
): GPUBuffer {
  const { device } = gpu;
  const buffer = gpu.buffer("an arena", bytes);
  const guard = new Int32Array(4).fill(GUARD);
  for (const { at, bytes, values } of parts) {
    if (values) gpu.write(buffer, at, Float32Array.from(values));
    gpu.write(buffer, at + bytes, guard);
  }
  if (before) {
    const end = parts[before.kept - 1]!.at + parts[before.kept - 1]!.bytes;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(before.buffer, 0, buffer, 0, end);
    device.queue.submit([encoder.finish()]);
    before.buffer.destroy();
  }
  return buffer;
}

/**
 * Submits what was encoded, then reads from buffers as they are left.
 *
 * @throws {DeviceLostError} If the device was lost meanwhile.
 */
export async function readBack(
  gpu: Gpu,
  encoder: GPUCommandEncoder,
  regions: readonly Region[],
): Promise<Float32Array<ArrayBuffer>[]> {
  const bytes = regions.reduce((sum, { bytes }) => sum + bytes, 0);
  const read = gpu.buffer("what is read", bytes, GPUBufferUsage.MAP_READ);
  try {
    let to = 0;
    for (const { buffer, at, bytes } of regions) {
      encoder.copyBufferToBuffer(buffer, at, read, to, bytes);
      to += bytes;
    }
    gpu.device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ, 0, bytes);
    gpu.requireSound();
  } catch (error) {
    throw await gpu.reasonOf(error);
  }
  const all = read.getMappedRange(0, bytes).slice(0);
  read.destroy();
  let start = 0;
  return regions.map(({ bytes }) => new Float32Array(all, start, (start += bytes, bytes / 4)));
}
