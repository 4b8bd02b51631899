// How batches get into an arena on a device: rows written from the host, or picked from data there.

import type { Gpu } from "./_gpu.ts";
import { boxOf, INSTRUCTION_BYTES } from "./_gpu_program.ts";
import type { Rows } from "./_layer.ts";

const SIZE = 64;

/** Row r of `n` rows is row r of the data, or the one that index r tells, each in pieces of a width. */
const SHADER = `
@group(0) @binding(0) var<storage, read_write> arena: array<f32>;
@group(0) @binding(1) var<uniform> words: array<vec4<u32>, 4>;
@group(0) @binding(2) var<storage, read> data: array<f32>;
@group(0) @binding(3) var<storage, read> indices: array<u32>;
@compute @workgroup_size(${SIZE})
fn main(
  @builtin(workgroup_id) box: vec3<u32>,
  @builtin(num_workgroups) boxes: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (box.y * boxes.x + box.x) * ${SIZE}u + lane;
  let n = words[0].x;
  let dim = words[0].y;
  let width = words[0].z;
  let ld = words[0].w;
  let at = words[1].x;
  let first = words[1].y;
  let index = words[1].z;
  if (i >= n * dim) { return; }
  let j = i % dim;
  var row = i / dim;
  if (index > 0u) { row = indices[index - 1u + row]; }
  arena[at + i / dim * (dim / width * ld) + j / width * ld + j % width] = data[first + row * dim + j];
}
`;

/** One dispatch. */
interface Order {
  readonly words: readonly number[];
  readonly groups: number;
  /** Absent: what was staged. */
  readonly data?: GPUBuffer;
}

/** Collects what several passes need; owns the buffers that bring it. */
export class GpuIntake implements Disposable {
  readonly #gpu: Gpu;
  #jobs: Order[][] = [];
  #staged: (Float32Array | Uint32Array)[] = [];
  #length = 0;
  #staging: GPUBuffer | undefined;
  #orders: GPUBuffer | undefined;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Bytes that wait on the host. */
  get bytes(): number {
    return this.#length * 4;
  }

  /** What follows is for the next pass. */
  next(): void {
    this.#jobs.push([]);
  }

  /** Rows `[n, dim]` from the host. */
  rows(to: Rows, values: Float32Array, dim: number): void {
    this.#order(to, values.length / dim, dim, [this.#stage(values), 0]);
  }

  /** Rows of data `[…, dim]` on the device. */
  picked(to: Rows, data: GPUBuffer, dim: number, indices: Uint32Array): void {
    this.#order(to, indices.length, dim, [0, this.#stage(indices) + 1], data);
  }

  /** Sends all of it; the function brings in what pass k needs. Nothing waits any more. */
  upload(arena: GPUBuffer): (pass: GPUComputePassEncoder, k: number) => void {
    const [gpu, jobs] = [this.#gpu, this.#jobs];
    const staging = this.#staging = fit(gpu, this.#staging, "staged", this.bytes, GPUBufferUsage.STORAGE);
    let at = 0;
    for (const part of this.#staged) {
      gpu.write(staging, at, part);
      at += part.byteLength;
    }
    const places: number[] = [];
    const words = new Uint32Array(jobs.flat().length * INSTRUCTION_BYTES / 4);
    jobs.flat().forEach(({ words: own }, k) => words.set(own, k * INSTRUCTION_BYTES / 4));
    jobs.reduce((sum, { length }, k) => (places[k] = sum, sum + length), 0);
    const orders = this.#orders = fit(
      gpu,
      this.#orders,
      "orders",
      words.byteLength,
      GPUBufferUsage.UNIFORM,
    );
    gpu.write(orders, 0, words);
    this.#jobs = [];
    this.#staged = [];
    this.#length = 0;
    const groups = new Map<GPUBuffer, GPUBindGroup>();
    const groupOf = (data: GPUBuffer) => {
      const known = groups.get(data) ?? bind(gpu, arena, orders, data, staging);
      groups.set(data, known);
      return known;
    };
    return (pass, k) => {
      pass.setPipeline(gpu.compile("intake", gpu.intakeLayout, () => SHADER));
      jobs[k]!.forEach(({ data = staging, groups }, q) => {
        pass.setBindGroup(0, groupOf(data), [(places[k]! + q) * INSTRUCTION_BYTES]);
        pass.dispatchWorkgroups(...boxOf(groups));
      });
    };
  }

  [Symbol.dispose](): void {
    this.#staging?.destroy();
    this.#orders?.destroy();
  }

  #order(
    { at, width, ld }: Rows,
    n: number,
    dim: number,
    source: readonly [first: number, index: number],
    data?: GPUBuffer,
  ): void {
    const words = [n, dim, width, ld, at / 4, ...source];
    this.#jobs.at(-1)!.push({ words, groups: Math.ceil(n * dim / SIZE), ...(data && { data }) });
  }

  #stage(values: Float32Array | Uint32Array): number {
    const at = this.#length;
    this.#staged.push(values);
    this.#length += values.length;
    return at;
  }
}

/** The buffer, or a larger one in its place. */
export function fit(
  gpu: Gpu,
  buffer: GPUBuffer | undefined,
  label: string,
  bytes: number,
  usage: number,
): GPUBuffer {
  if (buffer && buffer.size >= bytes) return buffer;
  buffer?.destroy();
  return gpu.buffer(label, Math.max(2 * (buffer?.size ?? 0), bytes), usage);
}

function bind(gpu: Gpu, ...buffers: [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer]): GPUBindGroup {
  const entries = buffers.map((buffer, binding) => ({
    binding,
    resource: binding === 1 ? { buffer, size: 64 } : { buffer },
  }));
  return gpu.device.createBindGroup({ layout: gpu.intakeLayout, entries });
}
