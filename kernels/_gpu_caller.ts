// Calls on a device: what an arena is given and what is read from it passes through a copy on the host.

import type { Arena, Memory } from "./_arena.ts";
import type { Call, PatientCaller, Region } from "./_calls.ts";
import type { Gpu } from "./_gpu.ts";
import { gpuArena, readBack } from "./_gpu_arena.ts";
import type { Packed } from "./_gpu_kernels.ts";
import { type GpuProgram, gpuProgram } from "./_gpu_program.ts";
import { fit } from "./_gpu_intake.ts";
import { wordsOf } from "./_module_caller.ts";

/** Bytes that fewer calls are worth. */
const ROOM = 2 ** 28;
const ROOM_IN_SOFTWARE = 2 ** 22;

/** Owns an arena on a device. */
export class GpuCaller implements PatientCaller {
  readonly name: string;
  readonly room: number;
  readonly #gpu: Gpu;
  readonly #what: string;
  #memory: Memory = { buffer: new ArrayBuffer(0) };
  #arena: GPUBuffer | undefined;
  #scratch: GPUBuffer | undefined;
  readonly #programs = new Map<string, GpuProgram>();
  /** Weights stay as they are: what was packed once holds. */
  readonly #packed: Packed = new Map();
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** `what` is evaluated, in words. */
  constructor(gpu: Gpu, name: string, what: string) {
    this.#gpu = gpu;
    this.name = name;
    this.room = gpu.software ? ROOM_IN_SOFTWARE : Math.min(ROOM, gpu.mostBytes);
    this.#what = what;
  }

  get memory(): Memory {
    return this.#memory;
  }

  settle(arena: Arena): void {
    this.#requireUsable();
    this.#arena?.destroy();
    this.#arena = gpuArena(this.#gpu, arena);
    this.#memory = { buffer: new ArrayBuffer(arena.bytes) };
  }

  /** The device has float32 alone, in the first half of eight bytes. */
  float64(at: number, count: number): Float64Array {
    const numbers = new Float32Array(this.#memory.buffer, at, 2 * count);
    return Float64Array.from({ length: count }, (_, i) => numbers[2 * i]!);
  }

  async run(call: Call): Promise<void> {
    this.#requireUsable();
    const { brings, takes } = call;
    const program = this.#program(call);
    const [gpu, arena] = [this.#gpu, this.#arena!];
    const bytes = program.scratch * 4;
    const scratch = this.#scratch = fit(gpu, this.#scratch, "scratch", bytes, GPUBufferUsage.STORAGE);
    for (const { at, bytes } of brings) {
      gpu.write(arena, at, new Float32Array(this.#memory.buffer, at, bytes / 4));
    }
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, arena, scratch);
    pass.end();
    const taken = this.#take(encoder, takes.filter(({ bytes }) => bytes > 0));
    // It is submitted.
    if (call.name === undefined) program[Symbol.dispose]();
    await taken;
  }

  /** Waits its turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#programs.clear();
    this.#arena?.destroy();
    this.#scratch?.destroy();
  }

  async #take(encoder: GPUCommandEncoder, takes: readonly Region[]): Promise<void> {
    if (takes.length === 0) return this.#gpu.device.queue.submit([encoder.finish()]);
    const regions = takes.map((region) => ({ ...region, buffer: this.#arena! }));
    const read = await readBack(this.#gpu, encoder, regions);
    takes.forEach(({ at }, k) => new Float32Array(this.#memory.buffer, at, read[k]!.length).set(read[k]!));
  }

  #program({ name, emit }: Call): GpuProgram {
    const known = this.#programs.get(name ?? "") ?? gpuProgram(this.#gpu, wordsOf(emit), this.#packed);
    if (name !== undefined) this.#programs.set(name, known);
    return known;
  }

  #requireUsable(): void {
    if (this.#disposed) {
      throw new TypeError(
        `Cannot evaluate as the ${this.#what} must not be disposed of: current value is disposed`,
      );
    }
    this.#gpu.requireSound();
  }
}
