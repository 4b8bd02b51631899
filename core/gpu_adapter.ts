/**
 * The GPU that WebGPU finds, without loading what would compute on it.
 *
 * @module
 */

/** A GPU, or what stands in for one. */
export interface GpuAdapter {
  /** As its driver names it. */
  readonly name: string;
  /** Whether it is software: right, and slower than the CPU that it runs on. */
  readonly software: boolean;
}

interface HostAdapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/**
 * Asks the host for the GPU that it would compute on.
 *
 * @returns What it names; undefined where there is none, or no WebGPU.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { gpuAdapter } from "@likely/core/gpu-adapter";
 *
 * const found = await gpuAdapter();
 * assert(found === undefined || found.name !== "");
 * ```
 */
export async function gpuAdapter(): Promise<GpuAdapter | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(options: unknown): Promise<HostAdapter | null> } };
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return undefined;
  const { info, isFallbackAdapter = false } = adapter;
  return {
    name: info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(" ") || "unnamed",
    software: info?.isFallbackAdapter ?? isFallbackAdapter,
  };
}
