// Programs on batches, lined up: several are one submission, and what they leave in the slots is read together.

import type { Gpu } from "./_gpu.ts";
import { readBack } from "./_gpu_arena.ts";
import { fit, GpuIntake } from "./_gpu_intake.ts";
import type { GpuProgram } from "./_gpu_program.ts";

/** Programs of one submission, and bytes that it brings at most. */
const TOGETHER = 32;
const MOST_STAGED = 2 ** 25;
/** Programs that may be under way: the device goes on while the host waits to hear of the first. */
export const AHEAD: number = 4 * TOGETHER;

/** Where programs run. */
export interface Place {
  readonly arena: GPUBuffer;
  /** Address of the numbers that a program leaves, and how many they are. */
  readonly slots: number;
  readonly count: number;
}

interface Job {
  readonly program: GpuProgram;
  resolve(slots: Float32Array): void;
  reject(error: unknown): void;
}

/** Owns what brings batches in, scratch, and what is read. */
export class GpuQueue implements Disposable {
  readonly #gpu: Gpu;
  readonly #place: () => Place;
  readonly #intake: GpuIntake;
  #scratch: GPUBuffer | undefined;
  #left: GPUBuffer | undefined;
  #jobs: Job[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(gpu: Gpu, place: () => Place) {
    this.#gpu = gpu;
    this.#place = place;
    this.#intake = new GpuIntake(gpu);
  }

  /** Lines up a program and what `bring` puts where it reads; resolves to the slots it leaves. */
  run(program: GpuProgram, bring: (intake: GpuIntake) => void): Promise<Float32Array> {
    this.#intake.next();
    bring(this.#intake);
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
    // Whoever waits for the first of several that fail does not hear of the others.
    promise.catch(() => {});
    this.#jobs.push({ program, resolve, reject });
    if (this.#jobs.length >= TOGETHER || this.#intake.bytes > MOST_STAGED) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), 0);
    return promise;
  }

  /** Runs a program by itself, after all that is lined up. */
  runAlone(program: GpuProgram): void {
    this.flush();
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, this.#place().arena, this.#scratchFor([program]));
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Submits what waits, one pass a program. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const jobs = this.#jobs;
    if (jobs.length === 0) return;
    this.#jobs = [];
    const { count } = this.#place();
    this.#submit(jobs).then(
      (slots) => jobs.forEach(({ resolve }, k) => resolve(slots.subarray(k * count, (k + 1) * count))),
      async (error) => {
        const reason = await this.#gpu.reasonOf(error);
        jobs.forEach(({ reject }) => reject(reason));
      },
    );
  }

  /** Whoever waits still hears this. */
  drop(error: Error): void {
    clearTimeout(this.#timer);
    for (const { reject } of this.#jobs) reject(error);
    this.#jobs = [];
  }

  [Symbol.dispose](): void {
    this.#intake[Symbol.dispose]();
    this.#scratch?.destroy();
    this.#left?.destroy();
  }

  async #submit(jobs: readonly Job[]): Promise<Float32Array> {
    const gpu = this.#gpu;
    const { arena, slots, count } = this.#place();
    const each = count * 4;
    const bytes = jobs.length * each;
    const left = this.#left = fit(gpu, this.#left, "slots", bytes, GPUBufferUsage.STORAGE);
    const scratch = this.#scratchFor(jobs.map(({ program }) => program));
    const bring = this.#intake.upload(arena);
    const encoder = gpu.device.createCommandEncoder();
    jobs.forEach(({ program }, k) => {
      const pass = encoder.beginComputePass();
      bring(pass, k);
      program.encode(pass, arena, scratch);
      pass.end();
      encoder.copyBufferToBuffer(arena, slots, left, k * each, each);
    });
    const [all] = await readBack(gpu, encoder, [{ buffer: left, at: 0, bytes }]);
    return all!;
  }

  #scratchFor(programs: readonly GpuProgram[]): GPUBuffer {
    const bytes = 4 * programs.reduce((most, { scratch }) => Math.max(most, scratch), 1);
    return this.#scratch = fit(this.#gpu, this.#scratch, "scratch", bytes, GPUBufferUsage.STORAGE);
  }
}
