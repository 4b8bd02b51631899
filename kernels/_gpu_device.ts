// Which device there is.

import { UnsupportedError } from "@likely/core";
import { Gpu } from "./_gpu.ts";

/** The device that is used where none is given: one a process, another after it is lost. */
let shared: Promise<Gpu> | undefined;

/**
 * The GPU of this machine, a software one if that will do.
 *
 * @throws {UnsupportedError} If there is none.
 */
export async function openGpu({ software = true }: { readonly software?: boolean } = {}): Promise<Gpu> {
  const known = await shared?.catch(() => undefined);
  if (known && !known.isLost && (software || !known.software)) return known;
  if (!known || known.isLost) shared = undefined;
  const adapter = await findAdapter();
  if (!adapter) {
    throw new UnsupportedError("Cannot run on WebGPU as there must be an adapter: current value is none");
  }
  // Not even opened: software reached through OpenGL has been seen to crash a process as it ends.
  if (!software && isSoftware(adapter)) {
    throw new UnsupportedError(
      `Cannot run on WebGPU as the adapter must be hardware: current value is ${nameOf(adapter.info)}`,
    );
  }
  // Another call may have opened it meanwhile.
  return await (shared ??= open(adapter));
}

/** What there is to be had, without opening it; absent: nothing. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  const { gpu } = globalThis.navigator as { gpu?: GPU } | undefined ?? {};
  try {
    return await gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
  } catch {
    return undefined;
  }
}

async function open(adapter: GPUAdapter): Promise<Gpu> {
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  return new Gpu(device, { adapter: nameOf(adapter.info), software: isSoftware(adapter) });
}

/** A device of somebody else's. */
export function gpuOf(device: GPUDevice): Gpu {
  const { adapterInfo } = device;
  return new Gpu(device, { adapter: nameOf(adapterInfo), software: adapterInfo?.isFallbackAdapter ?? false });
}

/** Whether an adapter is no hardware. */
export function isSoftware(adapter: GPUAdapter): boolean {
  // Older hosts have it on the adapter.
  return adapter.info?.isFallbackAdapter ?? (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter ??
    false;
}

function nameOf(info: GPUAdapterInfo | undefined): string {
  return info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(" ") || "unnamed";
}
