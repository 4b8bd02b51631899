// A GPU device with the shaders made for it so far.

import { DeviceLostError, UnsupportedError } from "@likely/core";
import { ELEMENTARY } from "./wgsl/elementary.ts";
import { type Kernel, shaderOf } from "./wgsl/kernel.ts";

/** Milliseconds. */
const LATER = 100;

/** Makes what all programs on one device share. */
export class Gpu {
  readonly device: GPUDevice;
  /** What its driver says it is. */
  readonly adapter: string;
  /** It is no hardware. */
  readonly software: boolean;
  /** Of instructions: the arena, the instruction, scratch. */
  readonly layout: GPUBindGroupLayout;
  /** Of what brings batches in: the arena, the order, numbers, and indices of rows. */
  readonly intakeLayout: GPUBindGroupLayout;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  #failure: Error | undefined;

  constructor(device: GPUDevice, { adapter, software }: Pick<Gpu, "adapter" | "software">) {
    this.device = device;
    this.adapter = adapter;
    this.software = software;
    this.layout = bindings(device, ["storage", "uniform", "storage"]);
    this.intakeLayout = bindings(device, ["storage", "uniform", "read-only-storage", "read-only-storage"]);
    device.lost.then(({ message }) => this.#failure = lostError(message));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault?.();
      const { message } = (event as GPUUncapturedErrorEvent).error;
      this.#failure ??= new Error(`Cannot run on WebGPU as the device refused a command: ${message}`);
    });
  }

  /** What the device may be asked for at most, in one binding. */
  get mostBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** Whether the device is gone. */
  get isLost(): boolean {
    return this.#failure instanceof DeviceLostError;
  }

  /**
   * Requires the device to be there and to have done all that it was told.
   *
   * @throws {DeviceLostError} If it is lost.
   */
  requireSound(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Why a command failed: word of a loss comes a little later than the refusals that follow from it. */
  async reasonOf(error: unknown): Promise<unknown> {
    if (!this.isLost) {
      let timer;
      const later = new Promise((resolve) => timer = setTimeout(resolve, LATER));
      await Promise.race([this.device.lost, later]);
      clearTimeout(timer);
    }
    return this.#failure ?? error;
  }

  /** The shader of a kernel, compiled once. */
  pipeline(key: string, kernel: Kernel): GPUComputePipeline {
    return this.compile(key, this.layout, () => shaderOf(kernel, ELEMENTARY));
  }

  /** A shader by its name, compiled once. */
  compile(key: string, layout: GPUBindGroupLayout, source: () => string): GPUComputePipeline {
    const known = this.#pipelines.get(key);
    if (known) return known;
    const { device } = this;
    const made = device.createComputePipeline({
      label: key,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label: key, code: source() }), entryPoint: "main" },
    });
    this.#pipelines.set(key, made);
    return made;
  }

  /** Writes to a buffer, in the order of commands. */
  write(buffer: GPUBuffer, at: number, data: Float32Array | Int32Array | Uint32Array): void {
    // Deno 2.9.6 panics on nothing to write.
    if (data.length > 0) this.device.queue.writeBuffer(buffer, at, data as Float32Array<ArrayBuffer>);
  }

  /**
   * A buffer; of storage where nothing else is said.
   *
   * @throws {UnsupportedError} If one binding cannot hold it.
   */
  buffer(label: string, bytes: number, usage: number = GPUBufferUsage.STORAGE): GPUBuffer {
    this.requireSound();
    if (bytes > this.mostBytes) {
      throw new UnsupportedError(
        `Cannot plan ${label} as it must fit ${this.mostBytes} bytes, what ${this.adapter} binds: current value is ${bytes}`,
      );
    }
    const { COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const size = Math.max(256, Math.ceil(bytes / 4) * 4);
    const copies = usage === MAP_READ ? COPY_DST : COPY_SRC | COPY_DST;
    return this.device.createBuffer({ label, size, usage: usage | copies });
  }
}

/** What is said of a device that is gone. */
export function lostError(message: string): DeviceLostError {
  return new DeviceLostError(
    `Cannot go on as the GPU device must not be lost: ${message || "no reason is given"}`,
  );
}

function bindings(device: GPUDevice, types: readonly GPUBufferBindingType[]): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type, hasDynamicOffset: type === "uniform" },
    })),
  });
}
